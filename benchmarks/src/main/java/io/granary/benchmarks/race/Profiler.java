// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.race;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Records what JVMs do, with Flight Recorder: one file for each process and run. Used by one thread. */
public final class Profiler {
    private static final String RECORDING = "bench";
    private static final long COMMAND_SECONDS = 60;

    private final Path folder;

    public Profiler(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    /** @param processes those that are not JVMs are left out */
    void begin(Map<String, List<Long>> processes) throws IOException, InterruptedException {
        forEachJvm(processes, (name, pid) -> command(pid, "JFR.start", "name=" + RECORDING, "settings=profile"));
    }

    void end(Map<String, List<Long>> processes, String run) throws IOException, InterruptedException {
        forEachJvm(
                processes,
                (name, pid) -> command(
                        pid,
                        "JFR.stop",
                        "name=" + RECORDING,
                        "filename="
                                + folder.resolve(run + "-" + name + "-" + pid + ".jfr")
                                        .toAbsolutePath()));
    }

    private interface Action {
        void on(String name, long pid) throws IOException, InterruptedException;
    }

    private static void forEachJvm(Map<String, List<Long>> processes, Action action)
            throws IOException, InterruptedException {
        for (Map.Entry<String, List<Long>> entry : processes.entrySet()) {
            for (long pid : entry.getValue()) {
                boolean isJvm = ProcessHandle.of(pid)
                        .flatMap(process -> process.info().command())
                        .filter(command -> command.endsWith("java"))
                        .isPresent();
                if (isJvm) {
                    action.on(entry.getKey(), pid);
                }
            }
        }
    }

    private static void command(long pid, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        command.add(Long.toString(pid));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        // A few lines, which the pipe holds.
        if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + ": no end (expected: within " + COMMAND_SECONDS + " s)");
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // It ends with 0 also if it could not.
        if (!said.contains("Started recording") && !said.contains("Stopped recording")) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }
}
