// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol;

/**
 * One end of a two-way stream of messages, in order.
 *
 * @param <S> what this end sends
 */
public interface Link<S> {
    /** Sends a message; after the link broke it does nothing. Thread-safe; never blocks. */
    void send(S message);

    /** Whether a message sent now would leave soon. False asks to hold back until {@link LinkListener#onReady()}. */
    boolean isReady();

    /** Ends the stream. Messages under way may still arrive at the other end, or not. */
    void close();
}
