// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.allocator.control.Leader;
import io.granary.allocator.stock.StockUpdateSettings;
import io.granary.allocator.stock.StockUpdateStore;
import io.granary.allocator.stock.StockUpdates;
import io.granary.log.Append;
import io.granary.log.Topic;
import io.granary.metrics.MeterScope;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import java.time.Duration;

/** Where stock updates come from: each is sent until the broker has it for certain, and so may be there several times. */
final class Shop {
    private static final int UPDATES = 0;
    private static final int DEAD_LETTERS = 1;

    private final SimLog broker;
    private final SimProcess process;
    private final Topic updates;
    private int sent;
    private int unconfirmed;

    Shop(Scheduler scheduler, Trace trace, SimProcess process) {
        this.process = process;
        broker = SimLog.ofTopics(scheduler, trace, 2);
        updates = new StockTopic(broker.of(process), UPDATES);
    }

    SimLog broker() {
        return broker;
    }

    void restock(Sku sku, int units) {
        sent++;
        unconfirmed++;
        send(new StockUpdate("delivery-" + sent, StockUpdate.Kind.RESTOCK, sku, units, 0));
    }

    private void send(StockUpdate update) {
        var unused = updates.publish(update.sku().code(), update.toBytes()).thenAccept(append -> {
            if (append instanceof Append.Stored) {
                unconfirmed--;
            } else {
                process.after(Duration.ofMillis(20), () -> send(update));
            }
        });
    }

    /** Whether all that was sent is in the books. */
    boolean isEmpty(Books books) {
        return unconfirmed == 0
                && books.stockPosition(UPDATES) >= broker.flushed(UPDATES).size();
    }

    /** What applies them in the process of an allocator, while it leads. */
    StockUpdates applier(SimProcess allocator, StockUpdateStore store, Leader leader, MeterScope meters) {
        return new StockUpdates(
                allocator.newLoop(),
                task -> allocator.after(Duration.ofNanos(1_000), task),
                new StockTopic(broker.of(allocator), UPDATES),
                new StockTopic(broker.of(allocator), DEAD_LETTERS),
                store,
                new StockUpdateSettings(3, Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofMillis(20)),
                leader::announce,
                leader::onStockChanged,
                meters);
    }
}
