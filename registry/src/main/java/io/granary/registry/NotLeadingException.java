// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

import java.io.Serial;

/** Only the leader may do this, and this allocator does not lead (any more); nothing was done. */
public final class NotLeadingException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public NotLeadingException(String message) {
        super(message);
    }
}
