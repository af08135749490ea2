// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.process;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * A JVM's memory.
 *
 * @param liveHeapBytes what is left after a collection
 * @param collections so far
 * @param collectionMillis so far
 */
public record Memory(long liveHeapBytes, long collections, long collectionMillis) {
    /** Collects first. */
    @SuppressWarnings("GarbageCollectorCall") // What lives is the question.
    static Memory now() {
        long collections = 0;
        long millis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collections += collector.getCollectionCount();
            millis += collector.getCollectionTime();
        }
        System.gc();
        long live = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return new Memory(live, collections, millis);
    }
}
