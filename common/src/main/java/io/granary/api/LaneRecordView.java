// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of a lane, as far as it can be read.
 *
 * @param print tells it from another record at the same offset: 16 hexadecimal digits
 * @param stored when, by the log's clock
 * @param head its first bytes, at most 64, hexadecimal
 * @param problem why it can't be read; null if it can
 * @param skipped whether it is passed over by an operator's decision
 * @param writer the incarnation that wrote it; null if that can't be read
 */
public record LaneRecordView(
        int lane,
        long offset,
        String print,
        Instant stored,
        int bytes,
        String head,
        @Nullable String problem,
        boolean skipped,
        @Nullable String writer,
        List<Part> sections) {
    public LaneRecordView {
        sections = List.copyOf(sections);
    }

    /**
     * What it says of one partition.
     *
     * @param kind DEDUCTIONS, RETURN or FENCE
     * @param seq null of a fence
     * @param units that leave the partition
     */
    public record Part(
            String kind,
            String sku,
            int slot,
            long epoch,
            @Nullable Long seq,
            long units) {}
}
