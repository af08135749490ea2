// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

/** What became of an append. */
public sealed interface Append {
    /** It is stored durably, at this offset of its lane. */
    record Stored(long offset) implements Append {}

    /** Nothing is known: a time-out, an error, or a broker that has not flushed or replicated it. Send it again. */
    record Unconfirmed(String reason) implements Append {}

    /** The log, asked just now, has no such lane: nothing is stored, and sending it again is of no use until it has. */
    record NoSuchLane(String reason) implements Append {}
}
