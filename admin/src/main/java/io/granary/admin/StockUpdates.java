// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.StockOrder;
import io.granary.api.StockUpdateView;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Sends a change of stock and waits for what becomes of it: it goes through a topic, in the order of the SKU's changes. */
final class StockUpdates {
    private static final Duration PAUSE = Duration.ofMillis(100);

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "how long to wait until it is applied (default: ${DEFAULT-VALUE})",
            defaultValue = "30s",
            converter = TimeConverter.class)
    private Duration wait = Duration.ofSeconds(30);

    /**
     * Returns when it is applied.
     *
     * @throws AdminException if it never will be, or was not in time
     */
    StockUpdateView carryOut(Api api, String path, StockOrder order) {
        Deadline deadline = Deadline.in(wait);
        StockUpdateView view = api.post(path, order, StockUpdateView.class);
        while (view.outcome() == StockUpdateView.Outcome.PENDING && !deadline.isOver()) {
            deadline.pause(PAUSE);
            view = show(api, order.updateId());
        }
        return switch (view.outcome()) {
            case APPLIED -> same(view, order);
            case DEAD ->
                throw AdminException.badArguments(
                        order.updateId() + " can't be applied: " + String.valueOf(view.reason()));
            case PENDING ->
                throw AdminException.no(order.updateId() + " is on its way, but was not applied within "
                        + wait.toMillis() + " ms (see: granary admin stock show " + order.updateId() + ")");
        };
    }

    /** Somebody may have sent another update under this id at the same time: the first one counts. */
    private static StockUpdateView same(StockUpdateView view, StockOrder order) {
        if (view.units() == null || view.units() != order.units()) {
            throw AdminException.badArguments(
                    "updateId: '" + order.updateId() + "' (expected: another one; it was used for another update)");
        }
        return view;
    }

    static StockUpdateView show(Api api, String updateId) {
        return api.get(ApiPaths.of("stock-updates", updateId), StockUpdateView.class);
    }

    static Table table(StockUpdateView view) {
        return new Table()
                .text("update")
                .text("kind")
                .text("SKU")
                .number("units")
                .text("outcome")
                .text("time")
                .text("reason")
                .row(
                        view.updateId(),
                        view.kind(),
                        view.sku(),
                        view.units(),
                        view.outcome(),
                        view.time(),
                        view.reason());
    }
}
