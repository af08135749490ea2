// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

/** The connection broke while a transaction committed. Look before you do it again, or be sure that twice does no harm. */
public final class OutcomeUnknownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OutcomeUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}
