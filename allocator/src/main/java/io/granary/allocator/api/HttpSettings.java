// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.config.Check;

/**
 * Where the API listens; {@code reference.conf} says what each setting means. Immutable.
 *
 * @param host the address to bind
 * @param port the port to bind; 0 takes any that is free
 * @param advertisedHost the host to which other allocators send those who ask them
 * @param advertisedPort the port likewise; 0 if it is the one bound
 * @param threads that answer, 1 to 64; each may take a connection to the database
 */
public record HttpSettings(String host, int port, String advertisedHost, int advertisedPort, int threads) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public HttpSettings {
        Check.notBlank("http.host", host);
        Check.range("http.port", port, 0, 65_535);
        Check.notBlank("http.advertised-host", advertisedHost);
        Check.range("http.advertised-port", advertisedPort, 0, 65_535);
        Check.range("http.threads", threads, 1, 64);
    }

    /** The same on another port. */
    public HttpSettings at(int otherPort) {
        return new HttpSettings(host, otherPort, advertisedHost, 0, threads);
    }
}
