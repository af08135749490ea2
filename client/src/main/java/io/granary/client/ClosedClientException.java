// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

/** A call came after its client was closed; it did nothing. */
public final class ClosedClientException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ClosedClientException() {
        super("client: closed (expected: open)");
    }
}
