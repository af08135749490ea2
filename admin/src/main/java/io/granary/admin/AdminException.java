// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

/** Ends a command with one line for people and an exit code. */
public final class AdminException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private AdminException(int exitCode, String line) {
        super(line);
        this.exitCode = exitCode;
    }

    /** The answer is no. */
    public static AdminException no(String line) {
        return new AdminException(ExitCode.NO, line);
    }

    /** What was asked for can't be meant. */
    public static AdminException badArguments(String line) {
        return new AdminException(ExitCode.BAD_ARGUMENTS, line);
    }

    /** Nobody was reached, or he failed. */
    public static AdminException failed(String line) {
        return new AdminException(ExitCode.FAILED, line);
    }

    public int exitCode() {
        return exitCode;
    }
}
