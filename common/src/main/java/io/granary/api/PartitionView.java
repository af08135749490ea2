// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import org.jspecify.annotations.Nullable;

/**
 * A partition as it stands in the books. Units, as settled.
 *
 * @param epoch counts its ownerships; 0 if it was never opened
 * @param node the incarnation that owns it; null if it was never opened
 * @param lane of the stock log; null if it was never opened
 * @param granted running total over all epochs
 * @param consumed running total of what was sold
 * @param returned running total of what was given back
 * @param held granted - consumed - returned
 */
public record PartitionView(
        int slot,
        long epoch,
        @Nullable String node,
        @Nullable Integer lane,
        long granted,
        long consumed,
        long returned,
        long held) {}
