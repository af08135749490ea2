// SPDX-License-Identifier: Apache-2.0
package io.granary.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/**
 * Identifies a deduction within its SKU, for ever: the same id is the same deduction, however often it is sent.
 *
 * @param high the first 64 bits, big-endian
 * @param low the last 64 bits
 */
public record RequestId(long high, long low) {
    /**
     * The id of a text key, such as an order number: the first 128 bits of its SHA-256, so that nobody can choose two
     * keys that meet.
     *
     * @throws IllegalArgumentException if the key has half a surrogate pair, which UTF-8 can't tell from a question mark
     */
    public static RequestId of(String key) {
        checkArgument(isWellFormed(key), "request key: not a whole text (expected: no half of a surrogate pair)");
        HashCode hash = Hashing.sha256().hashString(key, StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.wrap(hash.asBytes());
        return new RequestId(bytes.getLong(), bytes.getLong());
    }

    private static boolean isWellFormed(String key) {
        for (int i = 0; i < key.length(); i++) {
            if (Character.isSurrogate(key.charAt(i))) {
                if (i + 1 == key.length() || !Character.isSurrogatePair(key.charAt(i), key.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /**
     * The id that {@link #toString} writes.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static RequestId parse(String hex) {
        checkArgument(hex.matches("[0-9a-fA-F]{32}"), "requestId: '%s' (expected: 32 hex digits)", hex);
        ByteBuffer bytes = ByteBuffer.wrap(
                HashCode.fromString(hex.toLowerCase(Locale.ROOT)).asBytes());
        return new RequestId(bytes.getLong(), bytes.getLong());
    }

    public static RequestId random() {
        UUID uuid = UUID.randomUUID();
        return new RequestId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    @Override
    public String toString() {
        return HashCode.fromBytes(toBytes()).toString();
    }
}
