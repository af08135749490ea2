// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol;

/**
 * Hears what comes out of a link. Calls of one link never overlap; they come on threads of the transport: hop to your
 * own before you touch state.
 *
 * @param <R> what this end receives
 */
public interface LinkListener<R> {
    void onMessage(R message);

    /** The link takes messages again (also once at its start). */
    default void onReady() {}

    /** The link is over, for whatever reason; called once, and last. */
    void onBroken(String reason);
}
