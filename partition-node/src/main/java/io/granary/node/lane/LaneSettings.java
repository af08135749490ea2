// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import io.granary.config.Check;
import io.granary.protocol.ClientFrame;
import io.granary.record.LogRecord;
import java.time.Duration;

/**
 * The bounds of a lane.
 *
 * @param recordMaxBytes the size at which a record that forms takes no more; 4 KiB to 512 KiB, so that it and one full frame fit in a record
 * @param backlogMaxEntries requests that may wait for room in the record that forms; beyond it they are THROTTLED
 * @param idWindow how long a request id is remembered at least; 1 s to 1 day
 * @param idWindowMaxIds after so many new ids the window turns early, so that at most twice as many are remembered;
 *     1,000 to 100,000,000
 * @param idMemory bytes of the heap that remembered ids may take, of all partitions and takeovers together; before it is
 *     more the window turns early; 1 MiB to 1 TiB
 */
public record LaneSettings(
        int recordMaxBytes, int backlogMaxEntries, Duration idWindow, long idWindowMaxIds, long idMemory) {
    /** An entry that is alone in its section, of the longest SKU. */
    private static final int LARGEST_ENTRY = 128;

    private static final int LARGEST_RECORD = LogRecord.MAX_BYTES - ClientFrame.MAX_ENTRIES * LARGEST_ENTRY;

    /** With half of the heap for ids. */
    public LaneSettings(int recordMaxBytes, int backlogMaxEntries, Duration idWindow, long idWindowMaxIds) {
        this(recordMaxBytes, backlogMaxEntries, idWindow, idWindowMaxIds, halfOfTheHeap());
    }

    public LaneSettings {
        Check.range("record-max-bytes", recordMaxBytes, 4_096, LARGEST_RECORD);
        Check.range("backlog-max-entries", backlogMaxEntries, ClientFrame.MAX_ENTRIES, 100_000_000);
        Check.range("id-window", idWindow, Duration.ofSeconds(1), Duration.ofDays(1));
        Check.range("id-window-max-ids", idWindowMaxIds, 1_000, 100_000_000);
        Check.range("id-memory", idMemory, 1L << 20, 1L << 40);
    }

    /** What ids may take if nobody says how much: half of the largest heap, in bytes. */
    public static long halfOfTheHeap() {
        return Math.min(1L << 40, Runtime.getRuntime().maxMemory() / 2);
    }

    /** For the ids of partitions that are open, in bytes. */
    long idMemoryOfLane() {
        return idMemory / 4 * 3;
    }

    /** For the ids of partitions that are being taken over, in bytes. */
    public long idMemoryOfTakeovers() {
        return idMemory / 4;
    }
}
