// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol;

/** Bytes that are not a frame of the deduction protocol. The link that carried them is closed. */
public final class MalformedFrameException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedFrameException(String message) {
        super(message);
    }

    public MalformedFrameException(String message, Throwable cause) {
        super(message, cause);
    }
}
