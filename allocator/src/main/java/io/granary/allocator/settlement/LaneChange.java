// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import io.granary.model.Sku;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What some records of a lane, one after the other, do to the books. Immutable. All lists are in the order in which
 * their rows are to be locked.
 *
 * @param from the offset of the first record
 * @param to the offset after the last record
 * @param tail the {@link io.granary.log.LaneRecord#print} of the last record
 * @param ids request ids in valid sections
 * @param rows deductions, each (SKU, request id) once: the first that came
 * @param repeats deductions of a (SKU, request id) that is among {@code rows}, in the order in which they came
 */
public record LaneChange(
        int lane,
        long from,
        long to,
        long tail,
        long ids,
        List<LedgerRow> rows,
        List<LedgerRow> repeats,
        List<OfEpoch> epochs,
        List<Fence> fences,
        List<OfPartition> partitions,
        List<OfSku> skus,
        Skipped skipped) {
    /**
     * How far an ownership got.
     *
     * @param seq the last valid section
     * @param halted why nothing of it counts from here on; null if it goes on
     * @param first the offset of the first valid section; 0 if there is none
     * @param end the offset after the last valid section; 0 if there is none
     */
    public record OfEpoch(
            int skuId,
            int slot,
            long epoch,
            long seq,
            @Nullable String halted,
            long first,
            long end) {}

    /** Ends the ownerships of a partition below an epoch, in this lane. */
    public record Fence(int skuId, int slot, long below) {}

    /** Units that left a partition: deducted by customers, or given back. */
    public record OfPartition(int skuId, int slot, long consumed, long returned) {}

    /** Units that left the partitions of a SKU. */
    public record OfSku(Sku sku, int skuId, long consumed, long returned) {}

    /**
     * Sections that don't count.
     *
     * @param gaps those that halted their ownership, or came after that
     */
    public record Skipped(int stale, int duplicates, int gaps) {}
}
