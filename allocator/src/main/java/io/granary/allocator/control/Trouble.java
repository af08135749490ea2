// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Something that is tried again and again: says at WARN that it fails when that begins or its reason changes, and at INFO
 * when it is over. Confined to one thread.
 */
final class Trouble {
    private final Logger log;
    private final String what;
    private @Nullable String reason;

    /**
     * @param what is tried, to be followed by "fails" and "goes on"
     */
    Trouble(Logger log, String what) {
        this.log = log;
        this.what = what;
    }

    /** It failed once more. */
    void is(Throwable fault) {
        String now = reasonOf(fault);
        if (!now.equals(reason)) {
            reason = now;
            log.warn("{} fails and is tried again: {}", what, now, fault);
        }
    }

    void isOver() {
        if (reason != null) {
            reason = null;
            log.info("{} goes on", what);
        }
    }

    /** The innermost cause, in words. */
    static String reasonOf(Throwable fault) {
        Throwable cause = fault;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
