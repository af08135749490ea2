// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

/** A backing service could not be installed, started or changed. The message says which and where its log is. */
public final class BackingServiceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BackingServiceException(String message) {
        super(message);
    }

    BackingServiceException(String message, Throwable cause) {
        super(message, cause);
    }
}
