// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

/** What became of an append. */
public sealed interface Append {
    /** It is stored durably, at this offset of its lane. */
    record Stored(long offset) implements Append {}

    /** Nothing is known: a time-out, an error, or a broker that has not flushed or replicated it. Send it again. */
    record Unconfirmed(String reason) implements Append {}
}
