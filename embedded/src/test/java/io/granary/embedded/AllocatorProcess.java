// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import io.granary.allocator.AllocatorCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An allocator in a process of its own, as {@code scripts/granary allocator} starts it, so that it can be killed. */
final class AllocatorProcess implements AutoCloseable {
    private final String name;
    private final GranaryProcess process;

    private AllocatorProcess(String name, GranaryProcess process) {
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
        Path folder = granary.data().resolve(name);
        return new AllocatorProcess(
                name,
                GranaryProcess.start(
                        folder, folder, "allocator", AllocatorCommand.class, List.of("--config", config.toString())));
    }

    /** Whether an incarnation of an allocator is this one. */
    boolean is(String incarnation) {
        return incarnation.startsWith(name + "-");
    }

    /** With SIGKILL: it can do nothing about it. */
    void kill() {
        process.kill();
    }

    @Override
    public void close() {
        kill();
    }
}
