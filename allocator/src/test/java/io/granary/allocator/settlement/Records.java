// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.record.Entries;
import io.granary.record.LogRecord;
import io.granary.record.RecordBuilder;

/** Writes records for tests, as nodes would. */
final class Records {
    static final long TIME = 1_700_000_000_000L;

    private final RecordBuilder builder;

    private Records(long acknowledged) {
        builder = new RecordBuilder("node-1", TIME, acknowledged, 256);
    }

    /** Of version 1: it counts as soon as it is seen. */
    static Records record() {
        return new Records(LogRecord.UNNAMED);
    }

    /** Names an offset as acknowledged. */
    static Records naming(long acknowledged) {
        return new Records(acknowledged);
    }

    Records deductions(PartitionId partition, long epoch, long seq, RequestId id, int quantity) {
        return deductions(partition, epoch, seq, new RequestId[] {id}, new int[] {quantity});
    }

    Records deductions(
            PartitionId partition, long epoch, long seq, RequestId id, int quantity, RequestId id2, int quantity2) {
        return deductions(partition, epoch, seq, new RequestId[] {id, id2}, new int[] {quantity, quantity2});
    }

    Records deductions(PartitionId partition, long epoch, long seq, RequestId[] ids, int[] quantities) {
        byte[] bytes = new byte[ids.length * Entries.WIDTH];
        for (int i = 0; i < ids.length; i++) {
            Entries.write(bytes, i * Entries.WIDTH, ids[i].high(), ids[i].low(), quantities[i]);
        }
        builder.deductions(partition, epoch, seq, new Entries(bytes, 0, ids.length));
        return this;
    }

    Records returned(PartitionId partition, long epoch, long seq, long units) {
        builder.returned(partition, epoch, seq, units);
        return this;
    }

    Records fence(PartitionId partition, long epoch) {
        builder.fence(partition, epoch);
        return this;
    }

    byte[] bytes() {
        return builder.build();
    }
}
