// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a demo sells: the steps, the stock that it starts with, and what was found wrong with the input.
 *
 * @param title what it is, for the report
 * @param lines how many order lines there were, good and bad
 * @param stock units to start with, by the index of the SKU in the orders
 */
record Plan(String title, long lines, Map<BadLine, Long> badLines, Orders orders, long[] stock) {
    private static final String WARM_UP = "~warm-up-";
    private static final int WARM_UP_SKUS = 8;
    // Like the hot SKU and the others, they sell out: refusing must be warm, too.
    private static final int WARM_UP_PERCENT = 67;

    /**
     * @throws OrderLines.UnreadableException if the file has not the columns, or no line that can be used
     */
    static Plan of(DemoOptions options) throws IOException, OrderLines.UnreadableException {
        Orders.Builder builder = new Orders.Builder();
        for (int i = 0; i < options.warmUp(); i++) {
            int sku = i % WARM_UP_SKUS;
            int quantity = sku % 2 == 0 ? 1 : 1 + i / WARM_UP_SKUS % 3;
            builder.request(new Sku(WARM_UP + sku), RequestId.of("warm-up/" + i), quantity);
        }
        Map<BadLine, Long> badLines = new EnumMap<>(BadLine.class);
        String title;
        long lines;
        if (options.orders() == null) {
            options.sale().addTo(builder);
            title = "generated";
            lines = (long) builder.size() - options.warmUp();
        } else {
            title = String.valueOf(options.orders().getFileName());
            lines = OrderLines.read(options.orders(), options.columns(), new OrderLines.Sink() {
                @Override
                public void line(OrderLines.Line line) {
                    if (line.quantity() < 0) {
                        builder.restock(line.sku(), -line.quantity());
                    } else {
                        RequestId id = RequestId.of(line.invoice() + "/" + line.position());
                        builder.request(line.sku(), id, line.quantity());
                    }
                }

                @Override
                public void bad(long position, BadLine reason) {
                    badLines.merge(reason, 1L, Long::sum);
                }
            });
        }
        if (builder.size() == options.warmUp()) {
            throw new OrderLines.UnreadableException("lines: " + lines + ", none of use (expected: at least one)");
        }
        Orders orders = builder.build(options.warmUp());
        return new Plan(title, lines, badLines, orders, stock(orders, options));
    }

    private static long[] stock(Orders orders, DemoOptions options) {
        long[] demand = orders.demand();
        long[] stock = new long[demand.length];
        for (int i = 0; i < stock.length; i++) {
            Sku sku = orders.skus().get(i);
            if (sku.code().startsWith(WARM_UP)) {
                stock[i] = percent(demand[i], WARM_UP_PERCENT);
            } else if (options.orders() == null && sku.equals(GeneratedSale.HOT)) {
                stock[i] = options.sale().hotUnits();
            } else if (demand[i] > 0) {
                stock[i] = percent(demand[i], options.stockPercent());
            }
        }
        return stock;
    }

    private static long percent(long demand, int percent) {
        return Math.max(1, (demand * percent + 99) / 100);
    }
}
