// SPDX-License-Identifier: Apache-2.0
package io.granary.service;

/** How {@code scripts/granary} ends. These numbers are documented and stay. */
public final class ExitCode {
    public static final int OK = 0;
    /** The demo found something that does not hold, or the answer to the admin is no. */
    public static final int DOES_NOT_HOLD = 1;
    /** Arguments, configuration or input that can't be used; picocli's own number too. */
    public static final int BAD_ARGUMENTS = 2;
    /** Something that is needed could not be started, or failed. */
    public static final int FAILED = 3;
    /** Ctrl-C. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
