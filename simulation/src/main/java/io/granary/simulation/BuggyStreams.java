// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.protocol.Acceptor;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/** Streams between clients and nodes that are understood wrongly. */
final class BuggyStreams {
    private BuggyStreams() {}

    /** A node that takes every stream for another session, so that none is older than another. */
    static Acceptor<byte[], byte[]> everySessionNew(Acceptor<byte[], byte[]> node) {
        long[] sessions = new long[1];
        return link -> {
            LinkListener<byte[]> listener = node.accept(link);
            return new LinkListener<>() {
                @Override
                public void onMessage(byte[] message) {
                    byte[] understood = ClientFrame.decode(message) instanceof ClientFrame.Open open
                            ? new ClientFrame.Open(open.sessionHigh(), ++sessions[0], open.generation()).encode()
                            : message;
                    listener.onMessage(understood);
                }

                @Override
                public void onBroken(String reason) {
                    listener.onBroken(reason);
                }
            };
        };
    }

    /** A client that takes everything unanswered on a broken stream for not done. */
    static Connector<byte[], byte[]> brokenMeansRefused(Connector<byte[], byte[]> network) {
        return new Connector<>() {
            @Override
            public Link<byte[]> connect(String address, LinkListener<byte[]> listener) {
                Unanswered unanswered = new Unanswered();
                Link<byte[]> link = network.connect(address, new LinkListener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        unanswered.answered(NodeFrame.decode(message));
                        listener.onMessage(message);
                    }

                    @Override
                    public void onReady() {
                        listener.onReady();
                    }

                    @Override
                    public void onBroken(String reason) {
                        unanswered.refuseAll(listener);
                        listener.onBroken(reason);
                    }
                });
                return new Link<>() {
                    @Override
                    public void send(byte[] message) {
                        if (ClientFrame.decode(message) instanceof ClientFrame.Deduct frame) {
                            unanswered.sent(frame);
                        }
                        link.send(message);
                    }

                    @Override
                    public boolean isReady() {
                        return link.isReady();
                    }

                    @Override
                    public void close() {
                        link.close();
                    }
                };
            }

            @Override
            public void close() {
                network.close();
            }
        };
    }

    private static final class Unanswered {
        private final Map<Integer, BitSet> frames = new LinkedHashMap<>();

        void sent(ClientFrame.Deduct frame) {
            BitSet open = new BitSet();
            open.set(0, frame.entries());
            frames.put(frame.frameId(), open);
        }

        void answered(NodeFrame message) {
            if (message instanceof NodeFrame.AllDeducted all) {
                frames.remove(all.frameId());
            } else if (message instanceof NodeFrame.Answers answers) {
                BitSet open = frames.getOrDefault(answers.frameId(), new BitSet());
                for (int i = 0; i < answers.count(); i++) {
                    open.clear(answers.index(i));
                }
            }
        }

        void refuseAll(LinkListener<byte[]> listener) {
            frames.forEach((frameId, open) -> {
                NodeFrame.Builder refusals = new NodeFrame.Builder();
                open.stream().forEach(index -> refusals.answer(index, Answer.NOT_OWNER, 0));
                if (!refusals.isEmpty()) {
                    listener.onMessage(refusals.build(frameId));
                }
            });
        }
    }
}
