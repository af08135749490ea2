// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

/** What a caller was told. */
public enum Told {
    /** The unit is the caller's. */
    DEDUCTED,
    /** There is none left, or the shop is too busy: nothing happened. */
    REFUSED,
    /** Nobody knows. */
    UNKNOWN
}
