// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

import com.google.common.hash.Hashing;

/**
 * A record where it stands.
 *
 * @param storedMillis when the log stored it, by the log's clock: for lag and windows, nothing else rests on it
 */
public record LaneRecord(long offset, long storedMillis, byte[] body) {
    /** Tells this record from others, wherever they stand. */
    public long print() {
        return print(body);
    }

    /** As of a record with this body. */
    public static long print(byte[] body) {
        return Hashing.murmur3_128().hashBytes(body).asLong();
    }
}
