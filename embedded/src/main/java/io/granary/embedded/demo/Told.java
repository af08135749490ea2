// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

/** What a caller was told in the end. */
enum Told {
    /** Nothing yet: the step was not taken, or has not ended. */
    NOTHING,
    /** The units are the caller's. */
    DEDUCTED,
    /** The restock is on its way. */
    RESTOCKED,
    SOLD_OUT,
    INSUFFICIENT,
    NO_SUCH_SKU,
    CONFLICT,
    /** The node had too much to do; nothing was deducted. */
    THROTTLED,
    /** Nobody could be asked in time; nothing was deducted. */
    UNAVAILABLE,
    /** It can't be known. */
    UNKNOWN,
    /** The client library failed, or a restock could not be sent. */
    FAILED;

    /** Whether it says that this request has not been deducted, of the ones that the caller must not ask again. */
    boolean isRefusal() {
        return this == SOLD_OUT
                || this == INSUFFICIENT
                || this == NO_SUCH_SKU
                || this == THROTTLED
                || this == UNAVAILABLE;
    }

    /** Whether the caller should ask again, as long as it has patience. */
    boolean isWorthAnotherTry() {
        return this == THROTTLED || this == UNAVAILABLE || this == UNKNOWN || this == FAILED;
    }
}
