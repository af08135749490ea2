// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import java.time.Duration;

/**
 * How settlement works. Immutable.
 *
 * @param batchRecords the most records in a transaction, 1 to 10,000
 * @param batchRows records are added to a transaction while it has fewer deductions than this, 1 to 1,000,000
 * @param readAheadBytes how much of a lane may wait in memory, 1 MiB to 1 GiB
 * @param pause the least time from one transaction of a lane to the next that is not full, 0 to 1 s: so that few
 *     records become one transaction when there is little to do
 * @param readPause the least time from one read of a lane that brought something to the next, 0 to 1 s: so that small
 *     records come many at a time, which costs broker and allocator as much as one
 * @param readWait how long a read waits for a record, 0 to 30 s
 * @param retryPause the longest pause after a fault of the log or of the books, 1 ms to 1 min
 * @param alarmPause how often a lane with an alarm is looked at again, 1 ms to 1 h
 */
public record SettlementSettings(
        int batchRecords,
        int batchRows,
        long readAheadBytes,
        Duration pause,
        Duration readPause,
        Duration readWait,
        Duration retryPause,
        Duration alarmPause,
        IdWindow idWindow) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public SettlementSettings {
        check("batchRecords", batchRecords, 1, 10_000);
        check("batchRows", batchRows, 1, 1_000_000);
        check("readAheadBytes", readAheadBytes, 1 << 20, 1 << 30);
        check("pause", pause, Duration.ZERO, Duration.ofSeconds(1));
        check("readPause", readPause, Duration.ZERO, Duration.ofSeconds(1));
        check("readWait", readWait, Duration.ZERO, Duration.ofSeconds(30));
        check("retryPause", retryPause, Duration.ofMillis(1), Duration.ofMinutes(1));
        check("alarmPause", alarmPause, Duration.ofMillis(1), Duration.ofHours(1));
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }

    private static void check(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }
}
