// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import io.granary.benchmarks.process.Child;
import io.granary.benchmarks.report.Figures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What it takes to remember request ids. */
public final class Ids {
    private static final long MANY = 10_000_000;
    private static final Duration WITHIN = Duration.ofMinutes(6);

    private Ids() {}

    /** In a heap of 1 GiB: it is not enough if the process ends. */
    public static void measure(Path folder, Figures figures) throws IOException, InterruptedException {
        try (Child child = Child.start("memory", folder, List.of("-Xms1g", "-Xmx1g"), MemoryMain.class)) {
            MemoryMain.Filled filled =
                    child.ask(MemoryMain.FILL, new MemoryMain.Filling(MANY), MemoryMain.Filled.class, WITHIN);
            figures.add("memory.bytes.per.id", "a remembered request id", filled.bytes() / (double) MANY, "bytes");
            figures.add(
                    "memory.node.heap.mib",
                    "heap in use of a JVM with a pool of 10,000,000 ids, started with -Xmx1g",
                    filled.heapMib(),
                    "MiB");
            figures.add(
                    "memory.growth.pause.millis",
                    "the longest of 10,000,000 deductions while tables grow, in the best of %d tries"
                            .formatted(MemoryMain.TRIES),
                    filled.longestNanos() / 1e6,
                    "ms");
        }
    }
}
