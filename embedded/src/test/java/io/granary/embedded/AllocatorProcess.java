// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.google.common.base.Splitter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** An allocator in a process of its own, as {@code scripts/granary allocator} starts it, so that it can be killed. */
final class AllocatorProcess implements AutoCloseable {
    private final String name;
    private final Process process;

    private AllocatorProcess(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /**
     * @param name that it is configured with
     */
    static AllocatorProcess start(EmbeddedGranary granary, String name) throws IOException {
        return start(granary, name, 0);
    }

    /**
     * @param name that it is configured with
     * @param port of its HTTP; 0: any
     */
    static AllocatorProcess start(EmbeddedGranary granary, String name, int port) throws IOException {
        Path config = granary.data().resolve(name + ".conf");
        Files.writeString(
                config,
                "include \"" + EmbeddedGranary.CONFIGURATION + "\"\ngranary.allocator { name = " + name
                        + ", http.port = " + port + " }\n");
        String classPath = Splitter.on(File.pathSeparatorChar)
                .splitToStream(System.getProperty("java.class.path"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        return new AllocatorProcess(
                name,
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xmx256m",
                                "-cp",
                                classPath,
                                GranaryCommand.class.getName(),
                                "allocator",
                                "--config",
                                config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(granary.data().resolve(name + ".log").toFile())
                        .start());
    }

    /** Whether an incarnation of an allocator is this one. */
    boolean is(String incarnation) {
        return incarnation.startsWith(name + "-");
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
