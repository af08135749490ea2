// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.embedded.EmbeddedGranary;
import io.granary.embedded.ModuleClassPath;
import io.granary.node.NodeCommand;
import java.io.IOException;
import java.nio.file.Path;

/** A partition node in a process of its own, as {@code scripts/granary node} starts it, so that it can be killed. */
final class NodeProcess implements AutoCloseable {
    private final Process process;

    private NodeProcess(Process process) {
        this.process = process;
    }

    static NodeProcess start(EmbeddedGranary granary) throws IOException {
        Path data = granary.data();
        return new NodeProcess(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        ModuleClassPath.of("partition-node"),
                        NodeCommand.class.getName(),
                        "--config",
                        data.resolve(EmbeddedGranary.CONFIGURATION).toString())
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("node.log").toFile())
                .start());
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
