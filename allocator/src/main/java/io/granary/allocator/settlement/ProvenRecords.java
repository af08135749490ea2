// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import io.granary.log.LaneRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * Of what is read of a lane, that which is proven to be acknowledged, in order. A log may show records that it then
 * loses, and another, even a fence, takes their place. So a record counts only if it was read together with, or after,
 * one that names its offset, or a later one, as acknowledged; what was read before such a proof is read again.
 *
 * <p>Says where to read on: at the first record that is not proven, and if that brought nothing, behind the last one that
 * was seen, to wait for what may be the proof. A lane may well end with what nobody proves, as the last proof itself,
 * which says nothing else.
 *
 * <p>Takes what one read returned for one state of the log. Not thread-safe. Holds no records.
 */
final class ProvenRecords {
    /** The highest offset that a record has named. */
    private long acknowledged = -1;

    /** The first that was not handed on. */
    private long next;

    /** Behind the last that was seen. */
    private long end;

    private boolean waits;
    private int unproven;

    /**
     * @param next the offset of the first record that is wanted
     */
    ProvenRecords(long next) {
        this.next = next;
        end = next;
    }

    /** The offset of the first record that was not handed on. */
    long next() {
        return next;
    }

    /** Where to read next: either at {@link #next}, or behind what was seen, to wait. */
    long readFrom() {
        return waits ? end : next;
    }

    /** Whether the next read is only to wait for more: what it brings is looked at, and read again. */
    boolean isWaiting() {
        return waits;
    }

    /** How many records that have something to say were seen by the last read at {@link #next}, and are not proven. */
    int unproven() {
        return unproven;
    }

    /**
     * Takes what was read where this said.
     *
     * @return the records that count from now on, each once
     */
    List<PendingRecord> take(List<LaneRecord> read) {
        List<PendingRecord> records = new ArrayList<>(read.size());
        for (LaneRecord one : read) {
            PendingRecord record = PendingRecord.of(one);
            records.add(record);
            acknowledged = Math.max(acknowledged, record.proves());
            end = Math.max(end, record.offset() + 1);
        }
        if (waits) {
            waits = false;
            return List.of();
        }
        int proven = (int) Math.min(records.size(), Math.max(0, acknowledged + 1 - next));
        next += proven;
        waits = proven == 0;
        unproven = (int) records.subList(proven, records.size()).stream()
                .filter(record -> !record.isEmpty())
                .count();
        return List.copyOf(records.subList(0, proven));
    }

    /** Nothing came where this said, or not yet: what was seen may be other by now. */
    void takeNothing() {
        waits = false;
    }

    /** The log ends before what was seen: it has lost some of that, none of which counted. */
    void takeLoss() {
        waits = false;
        end = next;
    }
}
