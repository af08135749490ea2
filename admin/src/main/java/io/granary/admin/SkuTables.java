// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.PartitionView;
import io.granary.api.SkuView;
import java.util.List;

/** How SKUs are shown to people. */
final class SkuTables {
    private SkuTables() {}

    static Table skus(List<SkuView> skus) {
        Table table = new Table()
                .text("SKU")
                .text("state")
                .text("frozen")
                .number("slots")
                .number("inventory")
                .number("pool")
                .number("actual")
                .number("sold")
                .number("written off")
                .number("received");
        skus.forEach(sku -> table.row(
                sku.sku(),
                sku.state(),
                sku.frozen() ? "yes" : "no",
                sku.slots(),
                sku.inventory(),
                sku.pool(),
                sku.actual(),
                sku.sold(),
                sku.writtenOff(),
                sku.received()));
        return table;
    }

    static Table partitions(List<PartitionView> partitions) {
        Table table = new Table()
                .number("slot")
                .number("epoch")
                .text("node")
                .number("lane")
                .number("granted")
                .number("consumed")
                .number("returned")
                .number("held");
        partitions.forEach(one -> table.row(
                one.slot(),
                one.epoch(),
                one.node(),
                one.lane(),
                one.granted(),
                one.consumed(),
                one.returned(),
                one.held()));
        return table;
    }
}
