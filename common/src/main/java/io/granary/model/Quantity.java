// SPDX-License-Identifier: Apache-2.0
package io.granary.model;

/** The range of the units that one deduction may ask for. Totals are 64 bits wide. */
public final class Quantity {
    public static final int MAX = 1_000_000_000;

    private Quantity() {}

    public static boolean isValid(int quantity) {
        return quantity >= 1 && quantity <= MAX;
    }

    /**
     * @throws IllegalArgumentException if the quantity is out of its range
     */
    public static int check(int quantity) {
        if (!isValid(quantity)) {
            throw new IllegalArgumentException("quantity: " + quantity + " (expected: 1 to " + MAX + ")");
        }
        return quantity;
    }
}
