// SPDX-License-Identifier: Apache-2.0
package io.granary.node;

import io.granary.metrics.MeterScope;
import io.granary.node.lane.Census;
import io.granary.node.server.PartitionNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a node from outside its loop: for the gauges, and for whether it lives and is ready. A look costs the loop one
 * pass over its partitions, so gauges that are read together share one. Thread-safe.
 */
final class NodeWatch {
    private static final Duration SHARED_FOR = Duration.ofSeconds(1);
    /** A scrape must not hang on a node that is busy. */
    private static final Duration GAUGES_WAIT = Duration.ofMillis(500);

    private static final Duration HEALTH_WAIT = Duration.ofSeconds(5);

    private final PartitionNode node;
    private final Duration appendWithin;
    // Guarded by this:
    private @Nullable Census latest;
    private long latestNanos;

    /**
     * @param appendWithin a record that is under way for longer makes the node not ready
     */
    NodeWatch(PartitionNode node, Duration appendWithin, MeterScope meters) {
        this.node = node;
        this.appendWithin = appendWithin;
        partitions(meters, "serving", Census::serving);
        partitions(meters, "exhausted", Census::exhausted);
        partitions(meters, "opening", Census::opening);
        gauge(
                meters,
                "granary.node.partitions.below.watermark",
                "Partitions that want a refill",
                Census::belowWatermark);
        gauge(meters, "granary.node.pool.units", "Units that the partitions hold", Census::poolUnits);
        gauge(meters, "granary.node.backlog", "Requests that wait for room in a record", Census::backlogEntries);
        gauge(meters, "granary.node.ids", "Request ids that are remembered, of all partitions", Census::rememberedIds);
        meters.seconds(
                "granary.node.ids.window",
                "For how long request ids were remembered at least, when the window last turned; id-window if nothing is"
                        + " short",
                () -> value(census -> census.idWindowNanos() / 1e9));
        meters.seconds(
                "granary.lane.waiting",
                "For how long the record in flight has not been known to be stored; 0 if none is",
                () -> value(census -> census.writingNanos() / 1e9));
    }

    private void partitions(MeterScope meters, String state, ToDoubleFunction<Census> value) {
        meters.gauge("granary.node.partitions", "Partitions held, by state", () -> value(value), "state", state);
    }

    private void gauge(MeterScope meters, String name, String description, ToDoubleFunction<Census> value) {
        meters.gauge(name, description, () -> value(value));
    }

    private synchronized double value(ToDoubleFunction<Census> value) {
        if (latest == null || System.nanoTime() - latestNanos > SHARED_FOR.toNanos()) {
            latest = look(GAUGES_WAIT).orElse(null);
            latestNanos = System.nanoTime();
        }
        return latest == null ? Double.NaN : value.applyAsDouble(latest);
    }

    private Optional<Census> look(Duration within) {
        try {
            return Optional.of(node.census().get(within.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException | RejectedExecutionException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the census failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** What keeps it from living; empty if nothing does. */
    Optional<String> lives() {
        return look(HEALTH_WAIT).isPresent() ? Optional.empty() : Optional.of(hangs());
    }

    /** What keeps it from serving; empty if nothing does. */
    Optional<String> isReady() {
        Optional<Census> found = look(HEALTH_WAIT);
        if (found.isEmpty()) {
            return Optional.of(hangs());
        }
        Census census = found.get();
        if (census.stopped()) {
            return Optional.of("it has given up");
        }
        if (!census.joined()) {
            return Optional.of("it has no lane yet: the leader of the allocators gives it one");
        }
        if (census.writingNanos() > appendWithin.toNanos()) {
            return Optional.of("a record has been under way for " + census.writingNanos() / 1_000_000_000
                    + " s (expected: at most " + appendWithin.toSeconds() + " s)");
        }
        return Optional.empty();
    }

    private static String hangs() {
        return "its loop has not answered within " + HEALTH_WAIT.toSeconds() + " s";
    }
}
