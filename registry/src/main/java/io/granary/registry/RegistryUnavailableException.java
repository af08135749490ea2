// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

import java.io.Serial;

/** The registry can't be asked now, or its answer was lost: what was asked may have happened or not. Try again later. */
public final class RegistryUnavailableException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message) {
        super(message);
    }
}
