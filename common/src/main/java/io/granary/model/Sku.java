// SPDX-License-Identifier: Apache-2.0
package io.granary.model;

import java.nio.charset.StandardCharsets;

/**
 * One product.
 *
 * @param code 1 to 64 visible ASCII characters (0x21 to 0x7E)
 */
public record Sku(String code) implements Comparable<Sku> {
    public static final int MAX_LENGTH = 64;

    /**
     * @throws IllegalArgumentException if the code is empty, too long, or has a character that is not visible ASCII
     */
    public Sku {
        if (code.isEmpty() || code.length() > MAX_LENGTH || !isVisibleAscii(code)) {
            throw new IllegalArgumentException(
                    "sku: '" + code + "' (expected: 1 to " + MAX_LENGTH + " visible ASCII characters)");
        }
    }

    private static boolean isVisibleAscii(String code) {
        for (int i = 0; i < code.length(); i++) {
            if (code.charAt(i) < 0x21 || code.charAt(i) > 0x7E) {
                return false;
            }
        }
        return true;
    }

    public byte[] toBytes() {
        return code.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public int compareTo(Sku other) {
        return code.compareTo(other.code);
    }

    @Override
    public String toString() {
        return code;
    }
}
