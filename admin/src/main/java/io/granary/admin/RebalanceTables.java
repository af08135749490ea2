// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.RebalanceMoveView;
import io.granary.api.RebalanceView;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How rebalances are shown to people. */
final class RebalanceTables {
    private RebalanceTables() {}

    static Table rebalances(List<RebalanceView> rebalances) {
        Table table = new Table()
                .number("id")
                .text("kind")
                .text("of")
                .text("state")
                .number("moved")
                .number("units")
                .text("partitions left")
                .text("by")
                .text("since")
                .text("reason");
        rebalances.forEach(one -> table.row(
                one.id(),
                one.kind(),
                one.sku() == null ? "node " + one.node() : one.sku(),
                one.state(),
                one.moved(),
                one.units(),
                one.partitions() == null ? null : one.partitionsLeft() + " of " + one.partitions(),
                one.who(),
                one.created().truncatedTo(ChronoUnit.SECONDS),
                one.reason()));
        return table;
    }

    static Table moves(List<RebalanceMoveView> moves) {
        Table table = new Table()
                .text("SKU")
                .text("from")
                .text("to")
                .number("units")
                .number("moved")
                .text("")
                .text("why");
        moves.forEach(move -> table.row(
                move.sku(),
                move.fromNode() == null ? place(move.fromSlot()) : place(move.fromSlot()) + " at " + move.fromNode(),
                move.fromNode() == null ? place(move.toSlot()) : "another node",
                move.units(),
                move.moved(),
                move.over() ? "over" : "",
                move.why()));
        return table;
    }

    private static String place(@Nullable Integer slot) {
        return slot == null ? "inventory" : "slot " + slot;
    }
}
