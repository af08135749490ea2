// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.parts;

import io.granary.protocol.ClientFrame;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;

/** Deducts whatever it is asked, at once. Used by one thread. */
final class WillingNode implements Connector<byte[], byte[]> {
    @Override
    public Link<byte[]> connect(String address, LinkListener<byte[]> listener) {
        listener.onReady();
        return new Link<>() {
            @Override
            public void send(byte[] message) {
                ClientFrame frame = ClientFrame.decode(message);
                listener.onMessage(
                        frame instanceof ClientFrame.Open open
                                ? new NodeFrame.Welcome(open.generation()).encode()
                                : new NodeFrame.AllDeducted(((ClientFrame.Deduct) frame).frameId()).encode());
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {}
}
