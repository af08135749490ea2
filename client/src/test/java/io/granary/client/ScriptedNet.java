// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Nodes that do what a test says. */
final class ScriptedNet implements Connector<byte[], byte[]> {
    /** The node's end of a link. */
    static final class End implements Link<byte[]> {
        final String address;
        final LinkListener<byte[]> listener;
        final Deque<ClientFrame> received = new ArrayDeque<>();
        boolean ready = true;
        boolean closed;

        End(String address, LinkListener<byte[]> listener) {
            this.address = address;
            this.listener = listener;
        }

        @Override
        public void send(byte[] message) {
            received.add(ClientFrame.decode(message));
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void close() {
            closed = true;
        }

        ClientFrame.Open open() {
            return (ClientFrame.Open) received.remove();
        }

        void welcome() {
            listener.onMessage(new NodeFrame.Welcome(open().generation()).encode());
        }

        ClientFrame.Deduct deduct() {
            assertThat(received).isNotEmpty();
            return (ClientFrame.Deduct) received.remove();
        }

        void allDeducted(ClientFrame.Deduct frame) {
            listener.onMessage(new NodeFrame.AllDeducted(frame.frameId()).encode());
        }

        /** Answers the next frame, all of it. */
        void answer(Answer answer, long detail) {
            answer(deduct(), answer, detail);
        }

        void answer(ClientFrame.Deduct frame, Answer answer, long detail) {
            NodeFrame.Builder answers = new NodeFrame.Builder();
            for (int i = 0; i < frame.entries(); i++) {
                answers.answer(i, answer, detail);
            }
            listener.onMessage(answers.build(frame.frameId()));
        }
    }

    final List<End> links = new ArrayList<>();

    @Override
    public Link<byte[]> connect(String address, LinkListener<byte[]> listener) {
        End end = new End(address, listener);
        links.add(end);
        return end;
    }

    /** The newest link to an address. */
    End to(String address) {
        for (int i = links.size() - 1; i >= 0; i--) {
            if (links.get(i).address.equals(address)) {
                return links.get(i);
            }
        }
        throw new AssertionError("no link to " + address);
    }

    @Override
    public void close() {}
}
