// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

/** The books are not as they must be for what was asked: a row is missing, or one of their rules forbids it. */
public final class BooksException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BooksException(String message) {
        super(message);
    }

    public BooksException(String message, Throwable cause) {
        super(message, cause);
    }
}
