// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.model.PartitionId;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;
import io.granary.record.Entries;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client whose routes may be old: it asks the owner of an earlier epoch instead of the present one, and where that
 * one says INSUFFICIENT, takes it as if the present one had said so. Everything else goes to the present owner.
 */
final class FormerOwners implements Connector<byte[], byte[]> {
    private static final Duration PATIENCE = Duration.ofMillis(30);

    private record Owner(String address, long epoch) {}

    private static final class Owners {
        @Nullable Owner present;
        @Nullable Owner former;
    }

    private final Connector<byte[], byte[]> network;
    private final Scheduler scheduler;
    private final Map<PartitionId, Owners> owners = new HashMap<>();

    FormerOwners(Connector<byte[], byte[]> network, Scheduler scheduler) {
        this.network = network;
        this.scheduler = scheduler;
    }

    @Override
    public Link<byte[]> connect(String address, LinkListener<byte[]> listener) {
        Link<byte[]> link = network.connect(address, listener);
        return new Link<>() {
            @Override
            public void send(byte[] message) {
                Owner former = ClientFrame.decode(message) instanceof ClientFrame.Deduct frame
                        ? formerOwner(frame, address)
                        : null;
                if (former == null) {
                    link.send(message);
                } else {
                    new Detour(message, former, link, listener).begin();
                }
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

    private @Nullable Owner formerOwner(ClientFrame.Deduct frame, String address) {
        Owner former = null;
        for (ClientFrame.Group group : frame.groups()) {
            Owners known = owners.computeIfAbsent(group.partition(), partition -> new Owners());
            Owner present = known.present;
            if (present == null || present.epoch() < group.epoch()) {
                known.former = present;
                known.present = new Owner(address, group.epoch());
            }
            former = known.former;
        }
        return frame.groups().size() == 1 && former != null && !former.address().equals(address) ? former : null;
    }

    @Override
    public void close() {
        network.close();
    }

    private final class Detour implements LinkListener<byte[]> {
        private final byte[] message;
        private final ClientFrame.Deduct frame;
        private final Owner former;
        private final Link<byte[]> present;
        private final LinkListener<byte[]> listener;
        private @Nullable Link<byte[]> link;
        private boolean over;

        Detour(byte[] message, Owner former, Link<byte[]> present, LinkListener<byte[]> listener) {
            this.message = message;
            this.frame = (ClientFrame.Deduct) ClientFrame.decode(message);
            this.former = former;
            this.present = present;
            this.listener = listener;
        }

        void begin() {
            Link<byte[]> asked = network.connect(former.address(), this);
            link = asked;
            asked.send(new ClientFrame.Open(scheduler.random().nextLong(), scheduler.random().nextLong(), 1).encode());
            scheduler.after(PATIENCE, this::giveUp);
        }

        @Override
        public void onMessage(byte[] answer) {
            NodeFrame said = NodeFrame.decode(answer);
            if (over || link == null) {
                return;
            }
            if (said instanceof NodeFrame.Welcome) {
                ClientFrame.Group group = frame.groups().get(0);
                ClientFrame.Builder builder = new ClientFrame.Builder()
                        .begin(frame.frameId())
                        .group(group.partition(), former.epoch());
                Entries entries = group.entries();
                for (int i = 0; i < entries.count(); i++) {
                    builder.entry(entries.high(i), entries.low(i), entries.quantity(i));
                }
                link.send(builder.build());
            } else if (said instanceof NodeFrame.Answers answers && isInsufficient(answers)) {
                over = true;
                link.close();
                listener.onMessage(answer);
            } else {
                giveUp();
            }
        }

        private boolean isInsufficient(NodeFrame.Answers answers) {
            for (int i = 0; i < answers.count(); i++) {
                if (answers.answer(i) != Answer.INSUFFICIENT) {
                    return false;
                }
            }
            return answers.count() == frame.entries();
        }

        @Override
        public void onBroken(String reason) {
            giveUp();
        }

        private void giveUp() {
            if (!over) {
                over = true;
                if (link != null) {
                    link.close();
                }
                present.send(message);
            }
        }
    }
}
