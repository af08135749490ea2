// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol;

/**
 * A service's side of the links that others open to it.
 *
 * @param <R> what the service receives
 * @param <S> what the service sends
 */
public interface Acceptor<R, S> {
    /** A caller has opened a link: returns who hears it. */
    LinkListener<R> accept(Link<S> link);
}
