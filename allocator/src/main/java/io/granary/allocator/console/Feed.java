// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.granary.allocator.control.LeaderLook;
import io.granary.allocator.settlement.Lag;
import io.granary.allocator.store.SqlViews;
import io.granary.api.ApiJson;
import io.granary.api.Overview;
import io.granary.api.RebalanceView;
import io.granary.api.SkuHistory;
import io.granary.api.SkuPage;
import io.granary.api.SkuView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads how all of it stands, once for everybody: each second while somebody listens, else every ten seconds for the
 * gauges and the history. Looks more seldom if a look takes long. One thread; thread-safe from outside.
 *
 * <p>A listener hears everything first, then what has changed. Listeners are bounded; one that does not keep up is
 * dropped, and may come again.
 */
public final class Feed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
    private static final Duration WATCHED = Duration.ofSeconds(1);
    private static final Duration UNWATCHED = Duration.ofSeconds(10);
    /** A look that takes long must not take most of the time. */
    private static final int SHARE = 5;

    private static final Duration LOOK_WAIT = Duration.ofSeconds(2);
    private static final int MOST_SKUS = 10_000;
    private static final int MOST_REBALANCES = 100;
    private static final long LAG_WARNING_MILLIS = 30_000;

    /** More are refused. */
    public static final int MOST_LISTENERS = 32;

    /** Who is told. Called on the feed's thread; does not block. */
    public interface Listener {
        /** The data of a {@code state} event; false if it can't be taken: the listener is dropped. */
        boolean onState(String json);

        /** There is nothing to tell any more: another allocator leads, or this one ends. */
        void onEnd();
    }

    /** What was read last, for gauges. */
    record Reading(Overview.Totals totals, Map<String, SkuView> busiest, int halted) {}

    private final String allocator;
    private final Sources sources;
    private final int topSkus;
    private final Consumer<@Nullable Reading> onReading;
    private final ObjectMapper json = ApiJson.forServer();
    private final ScheduledThreadPoolExecutor thread;
    // On the thread:
    private final Set<Listener> fresh = new LinkedHashSet<>();
    private final Set<Listener> told = new LinkedHashSet<>();
    private Stock stock = new Stock();
    private NodeTrends nodes = new NodeTrends();
    private List<RebalanceView> rebalances = List.of();
    private int halted;
    private boolean led;
    private @Nullable ScheduledFuture<?> next;

    /**
     * @param allocator this one's name
     * @param topSkus how many of the SKUs that sell most are read for gauges
     * @param onReading hears, on the feed's thread, what was read; null if this allocator does not lead
     */
    Feed(String allocator, Sources sources, int topSkus, Consumer<@Nullable Reading> onReading) {
        this.allocator = allocator;
        this.sources = sources;
        this.topSkus = topSkus;
        this.onReading = onReading;
        thread = new ScheduledThreadPoolExecutor(
                1,
                new ThreadFactoryBuilder()
                        .setNameFormat(allocator + "-console")
                        .setDaemon(true)
                        .build());
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Begins to read. Call once. */
    void begin() {
        execute(() -> schedule(Duration.ZERO));
    }

    /** Begins to tell a listener; false if there are too many. */
    boolean join(Listener listener) {
        return Boolean.TRUE.equals(ask(() -> {
            if (fresh.size() + told.size() >= MOST_LISTENERS) {
                return false;
            }
            boolean first = !isWatched();
            fresh.add(listener);
            if (first) {
                schedule(Duration.ZERO);
            }
            return true;
        }));
    }

    /** Ends to tell a listener. */
    void leave(Listener listener) {
        execute(() -> {
            fresh.remove(listener);
            told.remove(listener);
        });
    }

    /** How a SKU went lately. */
    SkuHistory history(String sku) {
        List<List<Object>> points = ask(() -> stock.history(sku));
        return new SkuHistory(sku, points == null ? List.of() : points);
    }

    private <T> @Nullable T ask(Callable<T> question) {
        try {
            return thread.submit(question).get(LOOK_WAIT.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException | TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the feed failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private void execute(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("The feed is closed", e);
        }
    }

    private void schedule(Duration in) {
        if (next != null) {
            next.cancel(false);
        }
        try {
            next = thread.schedule(this::tick, in.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The feed is closed", e);
        }
    }

    private void tick() {
        long sinceNanos = System.nanoTime();
        try {
            look();
        } catch (RuntimeException | JsonProcessingException e) {
            LOG.warn("The console's feed failed, it looks again", e);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - sinceNanos).multipliedBy(SHARE);
        Duration pause = isWatched() ? WATCHED : UNWATCHED;
        // Measured from the beginning of this look, so that a second stays a second.
        Duration wait = took.compareTo(pause) > 0 ? took : pause;
        schedule(Duration.ofNanos(Math.max(0, wait.toNanos() - (System.nanoTime() - sinceNanos))));
    }

    private boolean isWatched() {
        return !fresh.isEmpty() || !told.isEmpty();
    }

    private void look() throws JsonProcessingException {
        if (!sources.leads()) {
            rest();
            return;
        }
        led = true;
        List<Overview.Alarm> alarms = new ArrayList<>();
        long time = System.currentTimeMillis();
        List<List<Object>> changed = read(time, alarms);
        LeaderLook seen = seen(alarms);
        Lag lag = sources.lag();
        if (sources.drifts() > 0) {
            alarms.add(
                    new Overview.Alarm("critical", "The books do not add up", "See: scripts/granary admin reconcile"));
        }
        if (lag.millis() > LAG_WARNING_MILLIS) {
            alarms.add(new Overview.Alarm(
                    "warning",
                    "Settlement lags",
                    "The oldest record that is read and not in the books is " + lag.millis() / 1_000 + " s old."));
        }
        onReading.accept(new Reading(stock.totals(), stock.busiest(topSkus), halted));
        if (!isWatched()) {
            return;
        }
        Overview overview = new Overview(
                time,
                false,
                allocator,
                seen.term(),
                stock.totals(),
                nodes.figures(seen),
                sources.allocators(),
                new Overview.Settlement(lag.records(), lag.millis() / 1e3),
                alarms,
                rebalances,
                changed,
                null);
        tell(overview);
    }

    private List<List<Object>> read(long time, List<Overview.Alarm> alarms) {
        try {
            SkuPage page = sources.skus(MOST_SKUS);
            List<List<Object>> changed = stock.take(time, page.skus());
            if (isWatched()) {
                nodes.take(time, sources.holdings());
                rebalances = sources.openRebalances(MOST_REBALANCES);
            }
            if (page.next() != null) {
                alarms.add(new Overview.Alarm(
                        "warning",
                        "Not all SKUs are shown",
                        "The console shows the first " + MOST_SKUS + ". All of them: scripts/granary admin sku list"));
            }
            for (String lane : sources.stoppedLanes()) {
                alarms.add(new Overview.Alarm("critical", "Settlement has stopped at " + before(lane), lane));
            }
            SqlViews.Halts halts = sources.halts();
            halted = halts.partitions();
            for (String partition : halts.first()) {
                alarms.add(new Overview.Alarm("critical", "A partition is halted", partition));
            }
            return changed;
        } catch (RuntimeException e) {
            LOG.debug("The books can't be read", e);
            alarms.add(new Overview.Alarm(
                    "critical",
                    "The books do not answer",
                    "Figures are of the last moment before. Sales go on until the pools are empty."));
            return List.of();
        }
    }

    private static String before(String lane) {
        int colon = lane.indexOf(':');
        return colon < 0 ? "a lane" : lane.substring(0, colon);
    }

    private LeaderLook seen(List<Overview.Alarm> alarms) {
        try {
            LeaderLook seen = sources.look().get(LOOK_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            if (seen.nodes().stream().noneMatch(LeaderLook.NodeLook::ready)) {
                alarms.add(new Overview.Alarm(
                        "critical", "No partition node is ready", "Nothing can be sold until one has joined."));
            }
            for (LeaderLook.NodeLook node : seen.nodes()) {
                if (node.outOfReachSince() != null) {
                    alarms.add(new Overview.Alarm(
                            "warning",
                            node.name() + " is out of reach",
                            "It is registered, but the leader does not hear it. Others take over its partitions."));
                }
            }
            return seen;
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("The leader does not say what it sees", e);
            alarms.add(new Overview.Alarm(
                    "warning", "The leader is busy", "It did not say within 2 s what it sees of the nodes."));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new LeaderLook(0, List.of(), false, List.of(), Map.of(), List.of());
    }

    private void tell(Overview overview) throws JsonProcessingException {
        if (!told.isEmpty()) {
            String event = json.writeValueAsString(overview);
            told.removeIf(listener -> !listener.onState(event));
        }
        if (!fresh.isEmpty()) {
            String event = json.writeValueAsString(new Overview(
                    overview.time(),
                    true,
                    overview.leader(),
                    overview.term(),
                    overview.totals(),
                    overview.nodes(),
                    overview.allocators(),
                    overview.settlement(),
                    overview.alarms(),
                    overview.rebalances(),
                    stock.all(),
                    stock.history()));
            fresh.forEach(listener -> {
                if (listener.onState(event)) {
                    told.add(listener);
                }
            });
            fresh.clear();
        }
    }

    /** Another allocator leads: it has the story from now on. */
    private void rest() {
        if (led) {
            led = false;
            stock = new Stock();
            nodes = new NodeTrends();
            rebalances = List.of();
        }
        onReading.accept(null);
        dismiss();
    }

    private void dismiss() {
        fresh.forEach(Listener::onEnd);
        told.forEach(Listener::onEnd);
        fresh.clear();
        told.clear();
    }

    @Override
    public void close() {
        execute(this::dismiss);
        thread.shutdown();
    }
}
