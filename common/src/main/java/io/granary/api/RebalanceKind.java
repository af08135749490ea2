// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What an operator may want of units and slots. Its name stands in messages and tables; people read and write it in lower
 * case, with hyphens: {@code follow-demand}.
 */
public enum RebalanceKind {
    /** All open slots of a SKU get about the same number of units. */
    EVEN,
    /** The slots of a SKU get units by their recent rates. */
    FOLLOW_DEMAND,
    /** One slot of a SKU gets all its units, also those of the inventory. */
    GATHER,
    /** A node's partitions get other owners, and it gets no new ones. */
    DRAIN,
    /** A SKU gets more slots, or fewer. */
    SLOTS,
    /** The partitions of a SKU are spread over the nodes. */
    LEVEL,
    /** All units of a SKU go to the inventory, and stay there: it is frozen. */
    HOME,
    /** No unit of a SKU is moved any more. */
    FREEZE,
    /** Units of a SKU may be moved again. */
    UNFREEZE;

    /**
     * By its name or its word for people, in upper or lower case.
     *
     * @throws IllegalArgumentException if there is no such kind
     */
    @JsonCreator
    public static RebalanceKind of(String word) {
        String name = word.toUpperCase(Locale.ROOT).replace('-', '_');
        return Arrays.stream(values())
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("kind: '" + word + "' (expected: "
                        + Arrays.stream(values()).map(RebalanceKind::toString).collect(Collectors.joining(", "))
                        + ")"));
    }

    /** Whether it is about a node, not about a SKU. */
    public boolean isOfNode() {
        return this == DRAIN;
    }

    /** The word for people. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
