// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where every unit of a SKU is.
 *
 * @param ledger live units in the ledger, counted
 * @param addsUp whether every equation of {@code sums} does
 */
public record Explanation(SkuView sku, long ledger, List<Place> partitions, List<Sum> sums, boolean addsUp) {
    public Explanation {
        partitions = List.copyOf(partitions);
        sums = List.copyOf(sums);
    }

    /**
     * A partition. {@code held = free + inFlight + onTheWay}, as far as its owner has said so.
     *
     * @param epoch counts its ownerships; 0 if it was never opened
     * @param node the incarnation that owns it; null if it was never opened
     * @param state what the owner says of it; UNKNOWN if he is not heard now
     * @param held what it has by the books: granted - consumed - returned, as settled
     * @param free what its owner can still promise; null if he is not heard
     * @param inFlight taken by its owner, and not settled yet: sold or about to be, or on the way back; null likewise
     * @param onTheWay granted, and its owner does not know yet; null likewise
     * @param unitsPerSecond recent demand; null likewise
     */
    public record Place(
            int slot,
            long epoch,
            @Nullable String node,
            State state,
            long held,
            @Nullable Long free,
            @Nullable Long inFlight,
            @Nullable Long onTheWay,
            @Nullable Double unitsPerSecond) {}

    /** How a partition stands with its owner. */
    public enum State {
        /** It has no owner, or none that lives. */
        UNOWNED,
        OPENING,
        SERVING,
        /** It has no unit left. */
        EXHAUSTED,
        /** Its owner is not heard of now. */
        UNKNOWN
    }

    /**
     * Two figures that are to be the same.
     *
     * @param what an equation: {@code left} is the figure on its left side
     */
    public record Sum(String what, long left, long right, boolean ok) {
        public static Sum of(String what, long left, long right) {
            return new Sum(what, left, right, left == right);
        }
    }
}
