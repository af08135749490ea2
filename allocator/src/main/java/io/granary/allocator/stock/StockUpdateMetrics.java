// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import io.granary.metrics.MeterScope;
import io.micrometer.core.instrument.Counter;

/** What stock updates tell about themselves. Thread-safe. */
final class StockUpdateMetrics {
    final Counter applied;
    final Counter repeated;
    final Counter dead;
    final Counter unannounced;
    final Counter faults;
    final Counter lost;

    StockUpdateMetrics(MeterScope meters) {
        applied = counter(meters, "applied", "Stock updates that changed the stock");
        repeated = counter(meters, "repeated", "Stock updates that had been applied before");
        dead = counter(meters, "dead", "Stock updates that became dead letters");
        unannounced = counter(meters, "unannounced", "Batches that added units without having been announced");
        faults = counter(meters, "faults", "Faults of the log or the books after which a queue was begun again");
        lost = counter(meters, "lost", "Times that the log did not have the message where a queue stood");
    }

    private static Counter counter(MeterScope meters, String name, String description) {
        return meters.counter("granary.stock.updates." + name, description);
    }
}
