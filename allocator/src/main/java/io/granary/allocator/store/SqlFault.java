// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.apache.ibatis.exceptions.PersistenceException;
import org.jspecify.annotations.Nullable;

/** What kind of fault the database reported. */
public enum SqlFault {
    /** A row with this key exists (vendor code 1062). */
    DUPLICATE_KEY,
    /** A deadlock, or a lock not had in time (1213, 1205, SQLState class 40): the transaction is to be done again. */
    CONTENTION,
    /** A rule of the schema forbids it: a CHECK, a missing value, a number out of range. */
    CONSTRAINT,
    /** No connection, or it broke (SQLState class 08, vendor codes of a server that shuts down). */
    CONNECTION,
    /** Anything else: a fault of ours, or of the books. */
    OTHER;

    private static final int DUPLICATE_ENTRY = 1062;
    private static final int CHECK_OF_MARIADB = 4025;
    private static final int CHECK_OF_MYSQL = 3819;
    private static final int LOCK_WAIT_TIMEOUT = 1205;
    private static final int DEADLOCK = 1213;
    private static final int TOO_MANY_CONNECTIONS = 1040;
    private static final int SHUTDOWN_IN_PROGRESS = 1053;
    private static final int CONNECTION_KILLED = 1927;
    private static final int CHANGED_SINCE_LAST_READ = 1020;
    private static final int QUERY_INTERRUPTED = 1317;

    /** Judges by the first SQLException among the causes. */
    public static SqlFault of(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return of(sql);
            }
        }
        return OTHER;
    }

    private static SqlFault of(SQLException e) {
        return switch (e.getErrorCode()) {
            case DUPLICATE_ENTRY -> DUPLICATE_KEY;
            case LOCK_WAIT_TIMEOUT, DEADLOCK, CHANGED_SINCE_LAST_READ -> CONTENTION;
            case TOO_MANY_CONNECTIONS, SHUTDOWN_IN_PROGRESS, CONNECTION_KILLED, QUERY_INTERRUPTED -> CONNECTION;
            case CHECK_OF_MARIADB, CHECK_OF_MYSQL -> CONSTRAINT;
            default -> ofState(e);
        };
    }

    private static SqlFault ofState(SQLException e) {
        if (stateStartsWith(e, "40")) {
            return CONTENTION;
        }
        if (stateStartsWith(e, "22") || stateStartsWith(e, "23")) {
            return CONSTRAINT;
        }
        // HikariCP reports a pool without a connection in time as transient, often without a state.
        return stateStartsWith(e, "08") || e instanceof SQLTransientConnectionException ? CONNECTION : OTHER;
    }

    private static boolean stateStartsWith(SQLException e, String prefix) {
        @Nullable String state = e.getSQLState();
        return state != null && state.startsWith(prefix);
    }

    /** Whether it was the books, or the way to them, that failed: what stores throw beside refusals. */
    public static boolean isFromBooks(Throwable fault) {
        return fault instanceof PersistenceException || fault instanceof BooksException;
    }

    /** Whether the same transaction may well succeed when it is done again. */
    public boolean passes() {
        return this == CONTENTION || this == CONNECTION;
    }
}
