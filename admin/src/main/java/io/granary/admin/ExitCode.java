// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

/** How {@code scripts/granary admin} ends. These numbers are documented and stay. */
public final class ExitCode {
    public static final int OK = 0;
    /** The answer is no: not healthy, it does not add up, not confirmed. */
    public static final int NO = 1;
    /** Arguments that can't be meant, something that is not known, a state that does not allow it. */
    public static final int BAD_ARGUMENTS = 2;
    /** No allocator that leads was reached, or it failed. */
    public static final int FAILED = 3;

    private ExitCode() {}
}
