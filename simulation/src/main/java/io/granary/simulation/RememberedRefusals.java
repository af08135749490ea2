// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.proto.Instruction;
import io.granary.proto.LeaderMessage;
import io.granary.protocol.Acceptor;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;
import io.granary.record.Entries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A node that remembers whom it had to refuse, and refuses the same again at once, until a grant comes: the log, which
 * would tell it that it was replaced, is not asked.
 */
final class RememberedRefusals {
    private record Ownership(PartitionId partition, long epoch) {}

    private record Asked(Ownership of, RequestId id) {}

    private final Map<Ownership, Set<RequestId>> refused = new HashMap<>();

    /** Takes note of what the leader says. */
    LeaderMessage heard(LeaderMessage order) {
        for (Instruction instruction : order.getInstruct().getInstructionsList()) {
            PartitionId partition = new PartitionId(new Sku(instruction.getSku()), instruction.getSlot());
            refused.remove(new Ownership(partition, instruction.getEpoch()));
        }
        return order;
    }

    Acceptor<byte[], byte[]> before(Acceptor<byte[], byte[]> node) {
        return link -> {
            Map<Integer, List<Asked>> frames = new HashMap<>();
            LinkListener<byte[]> listener = node.accept(new Link<>() {
                @Override
                public void send(byte[] message) {
                    said(NodeFrame.decode(message), frames);
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
            });
            return new LinkListener<>() {
                @Override
                public void onMessage(byte[] message) {
                    if (ClientFrame.decode(message) instanceof ClientFrame.Deduct frame) {
                        List<Asked> asked = entries(frame);
                        if (asked.stream().allMatch(RememberedRefusals.this::isRefused)) {
                            link.send(refusals(asked.size()).build(frame.frameId()));
                            return;
                        }
                        frames.put(frame.frameId(), asked);
                    }
                    listener.onMessage(message);
                }

                @Override
                public void onBroken(String reason) {
                    listener.onBroken(reason);
                }
            };
        };
    }

    private static List<Asked> entries(ClientFrame.Deduct frame) {
        List<Asked> asked = new ArrayList<>();
        for (ClientFrame.Group group : frame.groups()) {
            Ownership of = new Ownership(group.partition(), group.epoch());
            Entries entries = group.entries();
            for (int i = 0; i < entries.count(); i++) {
                asked.add(new Asked(of, new RequestId(entries.high(i), entries.low(i))));
            }
        }
        return asked;
    }

    private boolean isRefused(Asked asked) {
        return refused.getOrDefault(asked.of(), Set.of()).contains(asked.id());
    }

    private static NodeFrame.Builder refusals(int count) {
        NodeFrame.Builder refusals = new NodeFrame.Builder();
        for (int i = 0; i < count; i++) {
            refusals.answer(i, Answer.INSUFFICIENT, 0);
        }
        return refusals;
    }

    private void said(NodeFrame message, Map<Integer, List<Asked>> frames) {
        if (message instanceof NodeFrame.Answers answers) {
            List<Asked> asked = frames.getOrDefault(answers.frameId(), List.of());
            for (int i = 0; i < answers.count(); i++) {
                Asked one = asked.get(answers.index(i));
                if (answers.answer(i) == Answer.INSUFFICIENT) {
                    refused.computeIfAbsent(one.of(), of -> new HashSet<>()).add(one.id());
                }
            }
        }
    }
}
