// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

/**
 * The order in which a request asks the slots of its SKU: by rendezvous hashing, highest score first. It depends on the
 * request id and the slot's number alone, so every client sends a retry to the slot where the first try went, and a slot
 * that comes or goes moves no other request.
 *
 * <p>The scores are part of the protocol between clients of different versions: they must not change.
 */
final class Rendezvous {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Rendezvous() {}

    static long hash(long high, long low) {
        return mix(high + GOLDEN * Long.rotateLeft(low, 32) + low);
    }

    /** 0 to {@link Long#MAX_VALUE}; two slots have the same score once in 2^63. */
    static long score(long hash, int slot) {
        return mix(hash + (slot + 1) * GOLDEN) >>> 1;
    }

    /** The finalizer of SplitMix64: every bit of the argument moves half the bits of the result. */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
