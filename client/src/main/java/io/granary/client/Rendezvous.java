// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.model.PartitionId;

/**
 * The order in which a request asks the slots of its SKU: by rendezvous hashing, highest score first. It depends on the
 * request id and the slot's number alone, so every client sends a retry to the slot where the first try went, and a slot
 * that comes or goes moves no other request.
 *
 * <p>The scores are part of the protocol between clients of different versions: they must not change.
 */
final class Rendezvous {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final long SLOT_BITS = PartitionId.MAX_SLOTS - 1;
    private static final long[] SEEDS = new long[PartitionId.MAX_SLOTS];

    static {
        for (int slot = 0; slot < SEEDS.length; slot++) {
            SEEDS[slot] = mix((slot + 1) * GOLDEN);
        }
    }

    private Rendezvous() {}

    static long hash(long high, long low) {
        return mix(high + GOLDEN * Long.rotateLeft(low, 32) + low);
    }

    /** 0 to {@link Long#MAX_VALUE}; no two slots have the same, as the lowest bits are the {@link #slot}. */
    static long score(long hash, int slot) {
        // One wide multiplication, folded: enough for a hash that is mixed already, and a SKU may have many slots.
        long a = hash ^ SEEDS[slot];
        return ((Math.multiplyHigh(a, GOLDEN) ^ (a * GOLDEN)) & Long.MAX_VALUE & ~SLOT_BITS) | slot;
    }

    /** The slot that has this score. */
    static int slot(long score) {
        return (int) (score & SLOT_BITS);
    }

    /** The slot with the highest score. */
    static int first(long hash, int[] slots) {
        long best = -1;
        for (int slot : slots) {
            best = Math.max(best, score(hash, slot));
        }
        return slot(best);
    }

    /** The finalizer of SplitMix64: every bit of the argument moves half the bits of the result. */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
