// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

/**
 * Where the books are.
 *
 * @param url a JDBC URL of Connector/J with the schema's name, such as {@code jdbc:mysql://127.0.0.1:3306/granary}; the
 *     schema exists already
 * @param user who may create tables there
 * @param password may be empty
 * @param poolSize the most connections that this process opens, 1 to 256; each transaction that runs takes one
 */
public record DatabaseSettings(String url, String user, String password, int poolSize) {
    /** The most connections of one process. */
    public static final int MAX_POOL_SIZE = 256;

    private static final String PREFIX = "jdbc:mysql:";

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public DatabaseSettings {
        if (!url.startsWith(PREFIX)) {
            throw new IllegalArgumentException("url: '" + url + "' (expected: " + PREFIX + "//host:port/schema)");
        }
        if (user.isEmpty()) {
            throw new IllegalArgumentException("user: '' (expected: a name)");
        }
        if (poolSize < 1 || poolSize > MAX_POOL_SIZE) {
            throw new IllegalArgumentException("poolSize: " + poolSize + " (expected: 1 to " + MAX_POOL_SIZE + ")");
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "DatabaseSettings[url=" + url + ", user=" + user + ", poolSize=" + poolSize + "]";
    }
}
