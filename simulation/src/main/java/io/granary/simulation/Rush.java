// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.time.Duration;

/**
 * Many buy one SKU, of which there is enough, while one fault lasts and nothing else is wrong.
 *
 * @param fault which
 * @param length how long it lasts, and how long they buy
 * @param between one call and the next
 */
record Rush(Fault fault, Duration length, Duration between) {
    /** What lasts. */
    enum Fault {
        NOTHING,
        NO_REGISTRY,
        NO_BROKER,
        NO_DATABASE,
        /** A node is registered, but neither leader nor clients reach it. */
        UNREACHABLE_NODE
    }

    int calls() {
        return (int) (length.toNanos() / between.toNanos());
    }
}
