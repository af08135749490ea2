// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import java.util.Optional;

/**
 * A text of visible ASCII as one segment of a ZooKeeper path, and back.
 *
 * <p>Letters, digits, {@code -} and {@code _} stand for themselves; every other character is {@code %} and two upper-case
 * hexadecimal digits. So a segment has no slash, no dot (our separator, and the two names that ZooKeeper forbids), and
 * each text has exactly one segment: what is not written this way is not read.
 */
final class PathSegment {
    private static final String HEX = "0123456789ABCDEF";

    private PathSegment() {}

    /**
     * @throws IllegalArgumentException if the text is empty or has a character that is not visible ASCII
     */
    static String encode(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: at least one visible ASCII character)");
        }
        StringBuilder segment = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x21 || c > 0x7E) {
                throw new IllegalArgumentException("name: '" + text + "' (expected: visible ASCII characters)");
            }
            if (isPlain(c)) {
                segment.append(c);
            } else {
                segment.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xF));
            }
        }
        return segment.toString();
    }

    /** The text of the segment, or nothing if {@link #encode} never writes it. */
    static Optional<String> decode(String segment) {
        StringBuilder text = new StringBuilder(segment.length());
        int i = 0;
        while (i < segment.length()) {
            char c = segment.charAt(i);
            if (isPlain(c)) {
                text.append(c);
                i++;
                continue;
            }
            if (c != '%' || i + 2 >= segment.length()) {
                return Optional.empty();
            }
            int high = HEX.indexOf(segment.charAt(i + 1));
            int low = HEX.indexOf(segment.charAt(i + 2));
            char decoded = (char) (high << 4 | low);
            if (high < 0 || low < 0 || decoded < 0x21 || decoded > 0x7E || isPlain(decoded)) {
                return Optional.empty();
            }
            text.append(decoded);
            i += 3;
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text.toString());
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
