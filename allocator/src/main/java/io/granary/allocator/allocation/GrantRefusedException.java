// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

/** The books do not allow what an operator wants to grant. The message is one line for people. */
public final class GrantRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GrantRefusedException(String message) {
        super(message);
    }
}
