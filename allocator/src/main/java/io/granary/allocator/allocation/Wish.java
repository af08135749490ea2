// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.api.RebalanceKind;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import org.jspecify.annotations.Nullable;

/**
 * What an operator, or a task in an operator's stead, wants of the units of a SKU or of a node. It may say what makes no
 * sense, as tasks of earlier versions may: that is refused where it is asked for and where it is to be done, by {@link
 * #checked}.
 *
 * @param sku of every kind but DRAIN
 * @param node of DRAIN: its configured name
 * @param slots of SLOTS: how many there shall be, 1 to 1024
 * @param slot of GATHER: where, 0 or more; null: where the most are
 */
public record Wish(
        RebalanceKind kind,
        @Nullable Sku sku,
        @Nullable String node,
        @Nullable Integer slots,
        @Nullable Integer slot) {
    /** One that is about a SKU and needs nothing else. */
    public static Wish of(RebalanceKind kind, Sku sku) {
        return new Wish(kind, sku, null, null, null);
    }

    /** That a node's partitions get other owners. */
    public static Wish drain(String node) {
        return new Wish(RebalanceKind.DRAIN, null, node, null, null);
    }

    /**
     * This.
     *
     * @throws RefusedIntentionException if it says too much or too little
     */
    public Wish checked() {
        if (kind.isOfNode()) {
            none("sku", sku);
            if (!NodeEntry.isName(needNode())) {
                throw RefusedIntentionException.invalid("node: '" + node + "' (expected: " + NodeEntry.NAMES + ")");
            }
        } else {
            none("node", node);
            needSku();
        }
        if (kind != RebalanceKind.SLOTS) {
            none("slots", slots);
        } else if (slots == null || slots < 1 || slots > PartitionId.MAX_SLOTS) {
            throw RefusedIntentionException.invalid(
                    "slots: " + slots + " (expected: 1 to " + PartitionId.MAX_SLOTS + ")");
        }
        if (kind != RebalanceKind.GATHER) {
            none("slot", slot);
        } else if (slot != null && slot < 0) {
            throw RefusedIntentionException.invalid("slot: " + slot + " (expected: 0 or more)");
        }
        return this;
    }

    private void none(String key, @Nullable Object value) {
        if (value != null) {
            throw RefusedIntentionException.invalid(key + ": " + value + " (expected: none, for " + kind + ")");
        }
    }

    private <T> T need(String key, @Nullable T value) {
        if (value == null) {
            throw RefusedIntentionException.invalid(key + ": none (expected: one, for " + kind + ")");
        }
        return value;
    }

    /**
     * The SKU that it is about.
     *
     * @throws RefusedIntentionException if it names none
     */
    public Sku needSku() {
        return need("sku", sku);
    }

    /**
     * The node that it is about.
     *
     * @throws RefusedIntentionException if it names none
     */
    public String needNode() {
        return need("node", node);
    }

    /** The slot in which units are to be gathered, or {@link Decision#NO_TARGET}. */
    public int target() {
        return slot == null ? Decision.NO_TARGET : slot;
    }

    /** How many slots its SKU shall have. */
    public int slotsAfter(int now) {
        return slots == null ? now : slots;
    }

    /** What is not said by its kind and what it is about; empty if that is all. */
    public String inWords() {
        return slots != null ? "to " + slots + " slots" : slot != null ? "in slot " + slot : "";
    }
}
