// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.concurrent.Backoff;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SKUs whose looks fail though the books answer: each is set aside for a while, longer each time, so that it holds up no
 * other. Lives on the leader's loop.
 */
final class FailingSkus {
    private static final Logger LOG = LoggerFactory.getLogger(FailingSkus.class);
    private static final Backoff PAUSES = new Backoff(Duration.ofMillis(500), Duration.ofMinutes(1));

    private record Failing(int times, String reason) {}

    private final LeaderMetrics metrics;
    private final Map<Sku, Failing> all = new TreeMap<>();

    FailingSkus(LeaderMetrics metrics) {
        this.metrics = metrics;
    }

    /**
     * A look at it alone failed.
     *
     * @return when to look again
     */
    Duration failed(Sku sku, Throwable fault) {
        String reason = Trouble.reasonOf(fault);
        Failing before = all.get(sku);
        int times = before == null ? 0 : before.times();
        if (before == null || !before.reason().equals(reason)) {
            LOG.warn("SKU {} is set aside, a look at it fails: {}. It is tried again", sku, reason, fault);
        }
        all.put(sku, new Failing(times + 1, reason));
        metrics.failing(all.size());
        return PAUSES.pause(times);
    }

    /** A look at it went well. */
    void wentWell(Sku sku) {
        if (all.remove(sku) != null) {
            LOG.info("SKU {} is looked after again", sku);
            metrics.failing(all.size());
        }
    }

    /** Why looks at them fail. */
    Map<Sku, String> reasons() {
        Map<Sku, String> reasons = new TreeMap<>();
        all.forEach((sku, failing) -> reasons.put(sku, failing.reason()));
        return reasons;
    }
}
