// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.mariadb;

import io.granary.benchmarks.load.Shop;
import java.nio.ByteBuffer;

/** A request that waits for a connection. */
record Request(long high, long low, Shop.Caller caller) {
    byte[] id() {
        return ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
    }
}
