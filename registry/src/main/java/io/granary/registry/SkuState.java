// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

/** What the registry says of a SKU. */
public enum SkuState {
    /** It has units, or may have. */
    SELLING,
    /** An operator has stopped its sale. */
    PAUSED,
    /** Every unit is sold and settled. */
    SOLD_OUT
}
