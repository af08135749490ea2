// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import com.google.common.hash.Hashing;
import io.granary.concurrent.Loop;
import io.granary.log.StockLog;
import io.granary.metrics.MeterScope;
import io.granary.model.Sku;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles this allocator's share of the lanes. The lanes are shared out by rendezvous over the live allocators, so each
 * finds its share alone; while they disagree, two may settle a lane, which does no harm.
 *
 * <p>Thread-safe.
 */
public final class Settlement implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

    private final String allocator;
    private final Loop loop;
    private final StockLog log;
    private final SettlementStore store;
    private final SettlementSettings settings;
    private final SettlementMetrics metrics;
    private final Consumer<Set<Sku>> onSettled;
    // On the loop:
    private final Map<Integer, LaneSettler> settlers = new HashMap<>();
    private long shares;
    private boolean closed;
    // For the gauge, which is read by whoever asks.
    private volatile List<LaneSettler> settling = List.of();

    /**
     * Settles nothing until it is told of the allocators.
     *
     * @param allocator this allocator's name, as among the names of {@link #setAllocators}
     * @param loop runs everything but the store's and the log's own work
     * @param onSettled hears, on the loop, which SKUs' rows were changed by each transaction of this allocator
     */
    public Settlement(
            String allocator,
            Loop loop,
            StockLog log,
            SettlementStore store,
            SettlementSettings settings,
            MeterScope meters,
            Consumer<Set<Sku>> onSettled) {
        this.allocator = allocator;
        this.loop = loop;
        this.log = log;
        this.store = store;
        this.settings = settings;
        this.onSettled = onSettled;
        metrics = new SettlementMetrics(meters, this::lagMillis);
    }

    private long lagMillis() {
        return settling.stream().mapToLong(LaneSettler::lagMillis).max().orElse(0);
    }

    /** How far it is behind the log in its lanes. */
    public Lag lag() {
        return new Lag(metrics.waiting(), lagMillis());
    }

    /** Takes up and lays down lanes, so that this allocator has its share among these; itself it counts in any case. */
    public void setAllocators(List<String> allocators) {
        loop.execute(() -> {
            if (!closed) {
                share(allocators);
            }
        });
    }

    private void share(List<String> allocators) {
        long share = ++shares;
        int lanes;
        try {
            lanes = log.lanes();
        } catch (IllegalStateException e) {
            LOG.warn("The lanes can't be counted now, will try again", e);
            loop.schedule(settings.retryPause(), () -> {
                if (!closed && share == shares) {
                    share(allocators);
                }
            });
            return;
        }
        for (int lane = 0; lane < lanes; lane++) {
            boolean mine = isMine(lane, allocators);
            LaneSettler settler = settlers.get(lane);
            if (mine && settler == null) {
                LaneSettler taken = new LaneSettler(lane, loop, log, store, settings, metrics, onSettled);
                settlers.put(lane, taken);
                taken.start();
            } else if (!mine && settler != null) {
                settlers.remove(lane);
                settler.stop();
            }
        }
        settling = List.copyOf(settlers.values());
    }

    private boolean isMine(int lane, List<String> allocators) {
        long weight = weight(lane, allocator);
        for (String other : allocators) {
            long theirs = weight(lane, other);
            boolean before = theirs > weight || (theirs == weight && other.compareTo(allocator) < 0);
            if (before && !other.equals(allocator)) {
                return false;
            }
        }
        return true;
    }

    private static long weight(int lane, String allocator) {
        return Hashing.murmur3_128(lane)
                .hashString(allocator, StandardCharsets.UTF_8)
                .asLong();
    }

    /** Stops settling. Completes on the loop; transactions on their way end as they may. */
    public CompletableFuture<Void> stop() {
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        loop.execute(() -> {
            closed = true;
            settlers.values().forEach(LaneSettler::stop);
            settlers.clear();
            settling = List.of();
            stopped.complete(null);
        });
        return stopped;
    }

    /** As {@link #stop}, without waiting. */
    @Override
    public void close() {
        CompletableFuture<Void> unused = stop();
    }
}
