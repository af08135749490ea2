// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import com.google.common.collect.ImmutableList;
import java.util.regex.Pattern;

/**
 * How to run MariaDB.
 *
 * @param port 0 for a free one
 * @param database created if absent, utf8mb4 with binary collation
 * @param user has all rights on that database, and may connect from 127.0.0.1 only
 * @param password set at each start; printable ASCII without quotes and backslashes
 * @param bufferPoolMib InnoDB's cache of pages, MiB
 * @param redoLogMib InnoDB's redo log, MiB: small ones stall bulk writes
 * @param maxConnections connections at a time
 * @param serverArguments more arguments of mariadbd, on top of ours
 */
public record MariaDbOptions(
        int port,
        String database,
        String user,
        String password,
        int bufferPoolMib,
        int redoLogMib,
        int maxConnections,
        ImmutableList<String> serverArguments) {
    private static final Pattern PASSWORD = Pattern.compile("[\\x21-\\x7e&&[^'\"\\\\`]]{1,64}");

    public MariaDbOptions {
        Require.port("MariaDB port", port);
        Require.name("database", database);
        Require.name("user", user);
        if (!PASSWORD.matcher(password).matches()) {
            throw new IllegalArgumentException("password: *** (expected: " + PASSWORD + ")");
        }
        Require.between("bufferPoolMib", bufferPoolMib, 16, 1 << 20);
        Require.between("redoLogMib", redoLogMib, 16, 1 << 16);
        Require.between("maxConnections", maxConnections, 10, 10_000);
    }

    /** A free port, database, user and password all {@code granary}, 256 MiB cache, 512 MiB redo log, 200 connections. */
    public static MariaDbOptions defaults() {
        return new MariaDbOptions(0, "granary", "granary", "granary", 256, 512, 200, ImmutableList.of());
    }

    public MariaDbOptions withPort(int newPort) {
        return new MariaDbOptions(
                newPort, database, user, password, bufferPoolMib, redoLogMib, maxConnections, serverArguments);
    }

    public MariaDbOptions withPassword(String newPassword) {
        return new MariaDbOptions(
                port, database, user, newPassword, bufferPoolMib, redoLogMib, maxConnections, serverArguments);
    }

    public MariaDbOptions withBufferPoolMib(int newBufferPoolMib) {
        return new MariaDbOptions(
                port, database, user, password, newBufferPoolMib, redoLogMib, maxConnections, serverArguments);
    }

    public MariaDbOptions withServerArgument(String argument) {
        ImmutableList<String> more = ImmutableList.<String>builder()
                .addAll(serverArguments)
                .add(argument)
                .build();
        return new MariaDbOptions(port, database, user, password, bufferPoolMib, redoLogMib, maxConnections, more);
    }

    @Override
    public String toString() {
        return "MariaDbOptions[port=%d, database=%s, user=%s, bufferPoolMib=%d, redoLogMib=%d, maxConnections=%d, %s]"
                .formatted(port, database, user, bufferPoolMib, redoLogMib, maxConnections, serverArguments);
    }
}
