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
 */
public record LaneSettings(int recordMaxBytes, int backlogMaxEntries, Duration idWindow, long idWindowMaxIds) {
    /** An entry that is alone in its section, of the longest SKU. */
    private static final int LARGEST_ENTRY = 128;

    private static final int LARGEST_RECORD = LogRecord.MAX_BYTES - ClientFrame.MAX_ENTRIES * LARGEST_ENTRY;

    public LaneSettings {
        Check.range("record-max-bytes", recordMaxBytes, 4_096, LARGEST_RECORD);
        Check.range("backlog-max-entries", backlogMaxEntries, ClientFrame.MAX_ENTRIES, 100_000_000);
        Check.range("id-window", idWindow, Duration.ofSeconds(1), Duration.ofDays(1));
        Check.range("id-window-max-ids", idWindowMaxIds, 1_000, 100_000_000);
    }
}
