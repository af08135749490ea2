// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The CPU time that processes have taken, and the whole machine.
 *
 * @param seconds by name, of all processes of that name
 * @param machineSeconds what all processors did; negative where the system does not tell (it is read from /proc/stat)
 */
record CpuClock(Map<String, Double> seconds, double machineSeconds) {
    private static final Path STAT = Path.of("/proc/stat");
    /** /proc counts in these on every Linux, whatever the kernel's own clock. */
    private static final double TICKS_PER_SECOND = 100;

    private static final Splitter FIELDS = Splitter.on(' ').omitEmptyStrings();

    static CpuClock read(Map<String, List<Long>> processes) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        processes.forEach((name, pids) ->
                seconds.put(name, pids.stream().mapToDouble(CpuClock::seconds).sum()));
        return new CpuClock(seconds, machine());
    }

    private static double seconds(long pid) {
        return ProcessHandle.of(pid)
                        .flatMap(process -> process.info().totalCpuDuration())
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1e9;
    }

    private static double machine() {
        if (!Files.isReadable(STAT)) {
            return -1;
        }
        try {
            // cpu user nice system idle iowait irq softirq steal …
            List<String> fields = FIELDS.splitToList(Files.readAllLines(STAT).get(0));
            long busy = 0;
            for (int field : new int[] {1, 2, 3, 6, 7}) {
                busy += Long.parseLong(fields.get(field));
            }
            return busy / TICKS_PER_SECOND;
        } catch (IOException e) {
            return -1;
        }
    }

    Map<String, Double> since(CpuClock earlier) {
        Map<String, Double> difference = new LinkedHashMap<>();
        seconds.forEach((name, now) -> difference.put(name, now - earlier.seconds.getOrDefault(name, 0.0)));
        return difference;
    }

    /** What processes took that are not measured by name. */
    double othersSince(CpuClock earlier) {
        if (machineSeconds < 0 || earlier.machineSeconds < 0) {
            return -1;
        }
        double named = since(earlier).values().stream()
                .mapToDouble(Double::doubleValue)
                .sum();
        return Math.max(0, machineSeconds - earlier.machineSeconds - named);
    }
}
