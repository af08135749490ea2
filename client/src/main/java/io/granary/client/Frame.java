// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import org.jspecify.annotations.Nullable;

/** A deduct frame that was sent: its calls in the order of its entries, null once answered. Touched by the loop only. */
final class Frame {
    final int id;
    final @Nullable Call[] calls;
    final long sentNanos;
    /** Whoever needs a node to remember told it that the answer would be here by then. */
    final long answerWithinNanos;

    int entries;
    int unanswered;

    /**
     * @param most how many entries it may get
     * @param answerWithinNanos after the sending
     */
    Frame(int id, int most, long sentNanos, long answerWithinNanos) {
        this.id = id;
        this.calls = new Call[most];
        this.sentNanos = sentNanos;
        this.answerWithinNanos = answerWithinNanos;
    }

    /** The next entry is this call's attempt. */
    void add(Call call) {
        calls[entries++] = call;
        unanswered++;
    }
}
