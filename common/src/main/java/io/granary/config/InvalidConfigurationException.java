// SPDX-License-Identifier: Apache-2.0
package io.granary.config;

import org.jspecify.annotations.Nullable;

/** A configuration that nothing may be started with. The message says what is wrong, for people. */
public final class InvalidConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidConfigurationException(String message) {
        this(message, null);
    }

    public InvalidConfigurationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
