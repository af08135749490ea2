// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.proto.Instruct;
import io.granary.proto.Instruction;
import io.granary.proto.LeaderMessage;
import io.granary.proto.OpenPartition;
import java.util.HashMap;
import java.util.Map;

/** A leader that says how many units are new, and nodes that add what they hear. */
final class GrantDifferences {
    private record Ownership(String sku, int slot, long epoch) {
        static Ownership of(Instruction instruction) {
            return new Ownership(instruction.getSku(), instruction.getSlot(), instruction.getEpoch());
        }

        static Ownership of(OpenPartition partition) {
            return new Ownership(partition.getSku(), partition.getSlot(), partition.getEpoch());
        }
    }

    private record Said(long granted, long returnTo, long difference) {}

    private final Map<Ownership, Said> said = new HashMap<>();

    /** What is said again is the same difference again. */
    LeaderMessage sent(LeaderMessage order) {
        order.getOpen()
                .getPartitionsList()
                .forEach(partition ->
                        said.putIfAbsent(Ownership.of(partition), new Said(partition.getGranted(), 0, 0)));
        return instructions(order, instruction -> {
            Ownership of = Ownership.of(instruction);
            Said last = said.getOrDefault(of, new Said(instruction.getGranted(), 0, 0));
            long difference = instruction.getGranted() > last.granted()
                    ? instruction.getGranted() - last.granted()
                    : instruction.getReturnTo() > last.returnTo() ? 0 : last.difference();
            said.put(of, new Said(instruction.getGranted(), instruction.getReturnTo(), difference));
            return difference;
        });
    }

    Node ofNode() {
        return new Node();
    }

    /** A node's sums. */
    static final class Node {
        private final Map<Ownership, Long> sums = new HashMap<>();

        LeaderMessage added(LeaderMessage order) {
            order.getOpen()
                    .getPartitionsList()
                    .forEach(partition -> sums.putIfAbsent(Ownership.of(partition), partition.getGranted()));
            return instructions(
                    order,
                    instruction -> sums.merge(Ownership.of(instruction), instruction.getGranted(), Long::sum));
        }
    }

    private interface Granted {
        long of(Instruction instruction);
    }

    private static LeaderMessage instructions(LeaderMessage order, Granted granted) {
        if (!order.hasInstruct()) {
            return order;
        }
        Instruct.Builder instruct = Instruct.newBuilder();
        for (Instruction instruction : order.getInstruct().getInstructionsList()) {
            instruct.addInstructions(instruction.toBuilder().setGranted(granted.of(instruction)));
        }
        return order.toBuilder().setInstruct(instruct).build();
    }
}
