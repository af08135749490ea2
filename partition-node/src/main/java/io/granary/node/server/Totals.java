// SPDX-License-Identifier: Apache-2.0
package io.granary.node.server;

import io.granary.proto.Instruction;
import io.granary.proto.OpenPartition;

/** Running totals as a leader orders them: what no books can hold is refused before anything of the order is done. */
final class Totals {
    /** Units: thousands of times what the largest stock update adds. */
    private static final long MOST = 1L << 53;

    private Totals() {}

    /**
     * @throws IllegalArgumentException if the totals can't be
     */
    static void check(OpenPartition order) {
        check("granted", order.getGranted(), order.getSku(), order.getSlot());
        check("consumed", order.getConsumed(), order.getSku(), order.getSlot());
        check("returned", order.getReturned(), order.getSku(), order.getSlot());
        if (order.getConsumed() + order.getReturned() > order.getGranted()) {
            throw new IllegalArgumentException("consumed of " + order.getSku() + "/" + order.getSlot() + ": "
                    + order.getConsumed() + ", returned: " + order.getReturned() + " (expected: together at most "
                    + order.getGranted() + ", what was granted)");
        }
    }

    /**
     * @throws IllegalArgumentException if the totals can't be
     */
    static void check(Instruction order) {
        check("granted", order.getGranted(), order.getSku(), order.getSlot());
        check("units to return", order.getReturnTo(), order.getSku(), order.getSlot());
    }

    private static void check(String what, long units, String sku, int slot) {
        if (units < 0 || units > MOST) {
            throw new IllegalArgumentException(
                    what + " of " + sku + "/" + slot + ": " + units + " (expected: 0 to " + MOST + ")");
        }
    }
}
