// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.process;

import java.lang.management.ManagementFactory;

/**
 * A JVM's memory.
 *
 * @param liveHeapBytes what is left after a collection
 */
public record Memory(long liveHeapBytes) {
    /** The request that is answered with this. */
    public static final String REQUEST = "memory";

    /** Collects first. */
    @SuppressWarnings("GarbageCollectorCall") // What lives is the question.
    public static Memory now() {
        System.gc();
        return new Memory(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
}
