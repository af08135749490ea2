// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.protocol.Acceptor;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;

/** A node that has too much to do at times: then it answers THROTTLED to whatever a client asks, and does nothing. */
final class BusyNode {
    private static final double OFTEN = 0.15;

    private BusyNode() {}

    static Acceptor<byte[], byte[]> before(Acceptor<byte[], byte[]> node, Scheduler scheduler) {
        return link -> {
            LinkListener<byte[]> listener = node.accept(link);
            return new LinkListener<>() {
                @Override
                public void onMessage(byte[] message) {
                    if (ClientFrame.decode(message) instanceof ClientFrame.Deduct frame && scheduler.chance(OFTEN)) {
                        NodeFrame.Builder answers = new NodeFrame.Builder();
                        for (int i = 0; i < frame.entries(); i++) {
                            answers.answer(i, Answer.THROTTLED, 0);
                        }
                        link.send(answers.build(frame.frameId()));
                    } else {
                        listener.onMessage(message);
                    }
                }

                @Override
                public void onReady() {
                    listener.onReady();
                }

                @Override
                public void onBroken(String reason) {
                    listener.onBroken(reason);
                }
            };
        };
    }
}
