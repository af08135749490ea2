// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.model.RequestId;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;
import io.granary.protocol.grpc.GrpcServer;
import io.granary.protocol.grpc.GrpcService;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.record.Entries;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A node with one partition at epoch 1, real as to the network, without a log. */
final class SmallNode implements AutoCloseable {
    private final Map<RequestId, Integer> deducted = new HashMap<>();
    private final GrpcServer server;
    private long units;
    private boolean mute;

    SmallNode(int port, long units) throws IOException {
        this.units = units;
        GrpcSettings settings = GrpcSettings.defaults();
        server = GrpcServer.start("127.0.0.1", port, settings, List.of(GrpcService.deductions(this::accept, settings)));
    }

    String address() {
        return "127.0.0.1:" + server.port();
    }

    int port() {
        return server.port();
    }

    synchronized Map<RequestId, Integer> deducted() {
        return Map.copyOf(deducted);
    }

    /** From now on it takes frames and says nothing. */
    synchronized void mute() {
        mute = true;
    }

    private LinkListener<byte[]> accept(Link<byte[]> link) {
        return new LinkListener<>() {
            @Override
            public void onMessage(byte[] message) {
                answer(link, ClientFrame.decode(message));
            }

            @Override
            public void onBroken(String reason) {}
        };
    }

    private synchronized void answer(Link<byte[]> link, ClientFrame frame) {
        if (frame instanceof ClientFrame.Open open) {
            link.send(new NodeFrame.Welcome(open.generation()).encode());
        } else if (frame instanceof ClientFrame.Deduct deduct) {
            NodeFrame.Builder answers = new NodeFrame.Builder();
            int index = 0;
            for (ClientFrame.Group group : deduct.groups()) {
                Entries entries = group.entries();
                for (int i = 0; i < entries.count(); i++) {
                    RequestId id = new RequestId(entries.high(i), entries.low(i));
                    Answer answer = deduct(id, entries.quantity(i));
                    answers.answer(index++, answer, answer == Answer.INSUFFICIENT ? units : 0);
                }
            }
            if (!mute) {
                link.send(answers.build(deduct.frameId()));
            }
        }
    }

    private Answer deduct(RequestId id, int quantity) {
        if (deducted.containsKey(id)) {
            return deducted.get(id) == quantity ? Answer.DEDUCTED : Answer.CONFLICT;
        }
        if (quantity > units) {
            return Answer.INSUFFICIENT;
        }
        units -= quantity;
        deducted.put(id, quantity);
        return Answer.DEDUCTED;
    }

    @Override
    public void close() {
        server.close();
    }
}
