// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Where and when it was measured.
 *
 * @param processor as the system calls it; empty if it does not say
 * @param memoryMib of the whole machine; 0 if unknown
 * @param loadAverage of the last minute, before it began; negative if unknown
 */
public record Machine(
        String date, int processors, String processor, long memoryMib, String system, String java, double loadAverage) {
    /** This machine, now. */
    public static Machine here() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        long memory =
                system instanceof com.sun.management.OperatingSystemMXBean known ? known.getTotalMemorySize() >> 20 : 0;
        return new Machine(
                LocalDate.now(ZoneOffset.UTC).toString(),
                system.getAvailableProcessors(),
                processorName(),
                memory,
                system.getName() + " " + system.getVersion(),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
                system.getSystemLoadAverage());
    }

    private static String processorName() {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return "";
        }
        try {
            List<String> lines = Files.readAllLines(info);
            return lines.stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public String toString() {
        return "%s, %d processors %s, %,d MiB, %s, %s, load average before: %.2f"
                .formatted(date, processors, processor, memoryMib, system, java, loadAverage);
    }
}
