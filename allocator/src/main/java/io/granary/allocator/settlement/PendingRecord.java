// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import io.granary.log.LaneRecord;
import io.granary.model.PartitionId;
import io.granary.record.LogRecord;
import io.granary.record.MalformedRecordException;
import io.granary.record.Section;
import java.util.List;
import java.util.Set;

/**
 * A record that waits to be applied.
 *
 * @param print tells this record from others
 * @param malformed why it could not be decoded; empty if it was
 * @param rows deductions in it, valid or not
 */
record PendingRecord(
        long offset, long storedMillis, int bytes, long print, LogRecord record, String malformed, int rows) {
    private static final LogRecord NOTHING = new LogRecord(0, "", LogRecord.NOTHING, List.of());

    static PendingRecord of(LaneRecord read) {
        long print = read.print();
        try {
            LogRecord record = LogRecord.decode(read.body());
            int rows = 0;
            for (Section section : record.sections()) {
                if (section instanceof Section.Deductions deductions) {
                    rows += deductions.entries().count();
                }
            }
            return new PendingRecord(read.offset(), read.storedMillis(), read.body().length, print, record, "", rows);
        } catch (MalformedRecordException e) {
            return new PendingRecord(
                    read.offset(),
                    read.storedMillis(),
                    read.body().length,
                    print,
                    NOTHING,
                    "malformed: " + e.getMessage(),
                    0);
        }
    }

    /** The same record, as if it said nothing. */
    PendingRecord passedOver() {
        return new PendingRecord(offset, storedMillis, bytes, print, NOTHING, "", 0);
    }

    /** The same record, as if it spoke only of these partitions. */
    PendingRecord only(Set<PartitionId> partitions) {
        List<Section> sections = record.sections().stream()
                .filter(section -> partitions.contains(section.partition()))
                .toList();
        LogRecord part = new LogRecord(record.timeMillis(), record.writer(), record.acknowledged(), sections);
        return new PendingRecord(offset, storedMillis, bytes, print, part, malformed, rows);
    }

    /** Up to which offset, inclusive, it proves that records of its lane were acknowledged. */
    long proves() {
        return record.proves(offset);
    }

    /** Whether there is nothing to apply. */
    boolean isEmpty() {
        return record.sections().isEmpty() && !isMalformed();
    }

    boolean isMalformed() {
        return !malformed.isEmpty();
    }
}
