// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import io.granary.concurrent.Loop;
import io.granary.protocol.Answer;
import io.granary.protocol.Link;
import io.granary.protocol.NodeFrame;
import org.jspecify.annotations.Nullable;

/**
 * A deduct frame on its way through the node: gathers answers and sends them, in one short frame if all of it was
 * deducted at once. Used on the node's loop only.
 */
public final class FrameTicket {
    private final Link<byte[]> link;
    private final int frameId;
    private final int entries;
    private final Loop loop;
    private final LaneMetrics metrics;
    private final long receivedNanos;
    private int deductedAtOnce;
    private int unanswered;
    private NodeFrame.@Nullable Builder answers;

    /** Made when the frame arrives, on any thread. */
    public FrameTicket(Link<byte[]> link, int frameId, int entries, Loop loop, LaneMetrics metrics) {
        this.link = link;
        this.frameId = frameId;
        this.entries = entries;
        this.loop = loop;
        this.metrics = metrics;
        receivedNanos = loop.nanoTime();
        unanswered = entries;
    }

    /** When the frame arrived, by the loop's clock. */
    long receivedNanos() {
        return receivedNanos;
    }

    /** Answers a run of entries alike. Sent by {@link #flush()}. */
    public void answer(int first, int count, Answer answer, long detail) {
        unanswered -= count;
        metrics.answered(answer, count);
        if (unanswered == 0) {
            metrics.frame(loop.nanoTime() - receivedNanos);
        }
        if (count == entries && answer == Answer.DEDUCTED) {
            deductedAtOnce = count;
            return;
        }
        if (answers == null) {
            answers = new NodeFrame.Builder();
        }
        for (int i = 0; i < count; i++) {
            answers.answer(first + i, answer, detail);
        }
    }

    /** Sends what was answered since the last time; nothing if nothing was. */
    public void flush() {
        if (deductedAtOnce > 0) {
            deductedAtOnce = 0;
            link.send(new NodeFrame.AllDeducted(frameId).encode());
        }
        if (answers != null && !answers.isEmpty()) {
            link.send(answers.build(frameId));
        }
    }
}
