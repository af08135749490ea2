// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.nio.charset.StandardCharsets;

/** Paths of the API. */
public final class ApiPaths {
    /** Before every path of the API. */
    public static final String ROOT = "/api/v1";

    /** Who asks, for the records of what was done: a header. 1 to 64 visible characters. */
    public static final String USER_HEADER = "Granary-User";

    /** Names a request: sent again under the same key it is done once. A header. 1 to 128 visible ASCII characters. */
    public static final String KEY_HEADER = "Idempotency-Key";

    private static final String UNRESERVED = "-._~";

    private ApiPaths() {}

    /**
     * A path of its parts, each one segment: {@code of("skus", "A/B", "pause")} is {@code /api/v1/skus/A%2FB/pause}.
     */
    public static String of(String... segments) {
        StringBuilder path = new StringBuilder(ROOT);
        for (String segment : segments) {
            path.append('/').append(segment(segment));
        }
        return path.toString();
    }

    /**
     * A text as one segment of a path, or as a value in a query: all but letters, digits and {@code -._~} is
     * percent-encoded. So are the dots of a segment that consists of them, which would otherwise mean a folder.
     */
    public static String segment(String text) {
        boolean dots = text.equals(".") || text.equals("..");
        StringBuilder encoded = new StringBuilder(text.length() + 8);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean plain = (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || UNRESERVED.indexOf(c) >= 0;
            if (plain && !dots) {
                encoded.append(c);
            } else {
                encoded.append(String.format("%%%02X", b & 0xFF));
            }
        }
        return encoded.toString();
    }
}
