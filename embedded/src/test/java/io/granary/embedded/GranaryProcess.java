// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import io.granary.backing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code scripts/granary} in a process of its own: what it writes goes to files, and it can be killed. */
final class GranaryProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = Patience.seconds(120);

    private final Process process;
    private final Path out;
    private final Path err;

    private GranaryProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * @param folder of this process alone, for what it writes
     * @param user stands for who runs it: processes with the same folder find each other
     */
    static GranaryProcess start(Path folder, Path user, List<String> arguments) throws IOException {
        return start(folder, user, "embedded", GranaryCommand.class, arguments);
    }

    /**
     * @param module on whose class path it runs
     * @param program of that module
     */
    static GranaryProcess start(Path folder, Path user, String module, Class<?> program, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                ModuleClassPath.of(module),
                program.getName()));
        command.addAll(arguments);
        Files.createDirectories(folder);
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("XDG_RUNTIME_DIR", user.toAbsolutePath().toString());
        return new GranaryProcess(builder.start(), out, err);
    }

    /** What it has written to its standard output so far. */
    String out() throws IOException {
        return Files.readString(out);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end. */
    Admin.Said end() throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still runs; it has written: " + out() + Files.readString(err));
        }
        return new Admin.Said(process.exitValue(), out(), Files.readString(err));
    }

    /** With SIGTERM, which it cleans up after as after Ctrl-C. Not by SIGINT: a background job ignores that. */
    void stop() {
        process.destroy();
    }

    /** With SIGKILL: it can do nothing about it. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
