// SPDX-License-Identifier: Apache-2.0
package io.granary.record;

/** Bytes that are not a record of a version known here. */
public final class MalformedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedRecordException(String message) {
        super(message);
    }

    public MalformedRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
