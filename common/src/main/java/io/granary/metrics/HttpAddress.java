// SPDX-License-Identifier: Apache-2.0
package io.granary.metrics;

import com.typesafe.config.Config;
import io.granary.config.Check;

/**
 * Where a process answers over HTTP. Immutable.
 *
 * @param host the address or name to bind
 * @param port the port to bind; 0 takes any that is free
 */
public record HttpAddress(String host, int port) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public HttpAddress {
        Check.notBlank("http.host", host);
        Check.range("http.port", port, 0, 65_535);
    }

    /** Reads a section with {@code host} and {@code port}. */
    public static HttpAddress of(Config section) {
        return new HttpAddress(section.getString("host"), section.getInt("port"));
    }

    /** The same on any free port. */
    public HttpAddress anyPort() {
        return new HttpAddress(host, 0);
    }
}
