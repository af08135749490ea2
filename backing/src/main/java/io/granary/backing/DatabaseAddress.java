// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

/**
 * Where a database is and how to get in.
 *
 * @param url for JDBC; already has parameters, so more are appended with {@code &}
 * @param user who connects
 * @param password not in {@link #toString()}
 */
public record DatabaseAddress(String url, String user, String password) {
    public DatabaseAddress {
        if (!url.startsWith("jdbc:")) {
            throw new IllegalArgumentException("url: %s (expected: jdbc:…)".formatted(url));
        }
    }

    @Override
    public String toString() {
        return "DatabaseAddress[url=%s, user=%s]".formatted(url, user);
    }
}
