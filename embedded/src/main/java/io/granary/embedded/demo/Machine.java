// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;

/**
 * What else the machine had to do, without which no figure says much.
 *
 * @param loadAverage processes that wanted a processor, over the last minute, when the sale began; negative if unknown
 * @param ownCpu time of processors that this process took for the sale: callers, client library, nodes and allocator
 */
record Machine(int processors, double loadAverage, Duration ownCpu) {
    /** Begins to measure. */
    static Machine now() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return new Machine(system.getAvailableProcessors(), system.getSystemLoadAverage(), cpu());
    }

    /** Ends to measure. */
    Machine sinceThen() {
        return new Machine(processors, loadAverage, cpu().minus(ownCpu));
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
