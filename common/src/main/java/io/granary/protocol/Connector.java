// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol;

/**
 * Opens links to services.
 *
 * @param <S> what the caller sends
 * @param <R> what the caller receives
 */
public interface Connector<S, R> extends AutoCloseable {
    /** Begins to connect and returns at once; a connection that can't be had is a broken link. */
    Link<S> connect(String address, LinkListener<R> listener);

    @Override
    void close();
}
