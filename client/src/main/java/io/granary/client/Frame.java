// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import org.jspecify.annotations.Nullable;

/** A deduct frame that was sent: its calls in the order of its entries, null once answered. Touched by the loop only. */
final class Frame {
    final int id;
    final @Nullable Call[] calls;
    final long sentNanos;
    int unanswered;

    Frame(int id, @Nullable Call[] calls, long sentNanos) {
        this.id = id;
        this.calls = calls;
        this.sentNanos = sentNanos;
        this.unanswered = calls.length;
    }
}
