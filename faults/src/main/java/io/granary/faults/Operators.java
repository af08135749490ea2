// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.admin.AdminException;
import io.granary.admin.Api;
import io.granary.api.ApiPaths;
import io.granary.api.NodeList;
import io.granary.api.NodeView;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceList;
import io.granary.api.RebalanceRequest;
import io.granary.api.RebalanceState;
import io.granary.api.RebalanceView;
import io.granary.api.SkuPlanView;
import io.granary.model.Sku;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * People who rebalance while everything breaks: again and again one of each kind, through the API of whichever allocator
 * answers. What keeps units from being sold is taken back after a few seconds; what was said twice is refused, and that is
 * fine. They do not drain nodes while it is watched what a single fault does to sales. Thread-safe.
 */
final class Operators implements AutoCloseable {
    /** What they asked for, of a kind, and what became of it. */
    record Count(RebalanceKind kind, int asked, int applied, int done) {}

    private static final Logger LOG = LoggerFactory.getLogger(Operators.class);
    private static final List<RebalanceKind> KINDS = List.of(RebalanceKind.values());
    private static final int PAUSE_MILLIS = 700;
    private static final int MOST_SLOTS = 8;
    private static final int MOST_REBALANCES = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration LEAVE_WITHIN = Duration.ofMinutes(2);

    private final List<Api> allocators = new ArrayList<>();
    private final List<Sku> skus;
    private final Random random;
    private final BooleanSupplier mayDrain;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
    private final Map<RebalanceKind, Integer> asked = new EnumMap<>(RebalanceKind.class);
    private final Map<RebalanceKind, Integer> applied = new EnumMap<>(RebalanceKind.class);
    private final Map<RebalanceKind, Integer> done = new EnumMap<>(RebalanceKind.class);
    private int turn;

    /**
     * @param mayDrain whether a node may be drained now
     */
    Operators(List<URI> addresses, List<Sku> skus, long seed, BooleanSupplier mayDrain) {
        addresses.forEach(address -> allocators.add(new Api(address, "faults", PATIENCE)));
        this.skus = skus;
        random = new Random(seed);
        this.mayDrain = mayDrain;
    }

    /** Begins. */
    void start() {
        var unused = threads.scheduleWithFixedDelay(this::act, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void act() {
        try {
            RebalanceKind kind = KINDS.get(turn++ % KINDS.size());
            if (kind == RebalanceKind.DRAIN && !mayDrain.getAsBoolean()) {
                return;
            }
            count(asked, kind);
            String sku = skus.get(random.nextInt(3) == 0 ? 0 : random.nextInt(skus.size()))
                    .code();
            boolean isDrain = kind == RebalanceKind.DRAIN;
            String node = "node-" + (1 + random.nextInt(Target.NODES));
            RebalanceRequest request = new RebalanceRequest(
                    kind,
                    isDrain ? null : sku,
                    isDrain ? node : null,
                    kind == RebalanceKind.SLOTS ? 1 + random.nextInt(MOST_SLOTS) : null,
                    null);
            RebalanceView view = any(api -> api.post(ApiPaths.of("rebalances"), request, RebalanceView.class));
            count(applied, kind);
            takeBackLater(view);
        } catch (AdminException e) {
            LOG.debug("Refused, or not reached: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("An operator failed", e);
        }
    }

    private void takeBackLater(RebalanceView view) {
        int millis = 1_000 + random.nextInt(4_000);
        var unused = threads.schedule(() -> takeBack(view), millis, TimeUnit.MILLISECONDS);
    }

    private void takeBack(RebalanceView view) {
        try {
            String sku = view.sku();
            if (view.kind() == RebalanceKind.DRAIN) {
                any(api -> api.post(
                        ApiPaths.of("nodes", String.valueOf(view.node()), "undrain"), Map.of(), NodeList.class));
            } else if (sku != null && (view.kind() == RebalanceKind.HOME || view.kind() == RebalanceKind.FREEZE)) {
                any(api -> api.post(ApiPaths.of("skus", sku, "unfreeze"), Map.of(), RebalanceView.class));
            } else if (random.nextInt(4) == 0) {
                String id = Long.toString(view.id());
                any(api -> api.post(ApiPaths.of("rebalances", id, "stop"), Map.of(), RebalanceView.class));
                any(api -> api.post(ApiPaths.of("rebalances", id, "resume"), Map.of(), RebalanceView.class));
            }
        } catch (AdminException e) {
            LOG.debug("Refused, or not reached: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("An operator failed", e);
        }
    }

    /** Asks one allocator after the other until one answers or refuses. */
    private <T> T any(Function<Api, T> question) {
        AdminException last = null;
        int first = random.nextInt(allocators.size());
        for (int i = 0; i < allocators.size(); i++) {
            try {
                return question.apply(allocators.get((first + i) % allocators.size()));
            } catch (AdminException e) {
                last = e;
            }
        }
        throw last == null ? new IllegalStateException("no allocators") : last;
    }

    private synchronized void count(Map<RebalanceKind, Integer> counts, RebalanceKind kind) {
        counts.merge(kind, 1, Integer::sum);
    }

    /**
     * Once everything is healed: takes back what keeps units from being sold, and waits until nothing is under way.
     *
     * @throws FaultsRun.NotDoneException if that takes too long
     */
    void leave() throws InterruptedException, FaultsRun.NotDoneException {
        threads.shutdown();
        if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new FaultsRun.NotDoneException("operators: not ended (expected: within a minute)");
        }
        long until = System.nanoTime() + LEAVE_WITHIN.toNanos();
        String why = "";
        while (System.nanoTime() < until) {
            try {
                if (isQuiet()) {
                    return;
                }
                why = "rebalances are under way";
            } catch (AdminException e) {
                why = String.valueOf(e.getMessage());
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new FaultsRun.NotDoneException("operators: " + why + " (expected: all over within "
                + LEAVE_WITHIN.toSeconds() + " s after the faults)");
    }

    private boolean isQuiet() {
        NodeList nodes = any(api -> api.get(ApiPaths.of("nodes"), NodeList.class));
        nodes.nodes().stream()
                .filter(NodeView::drained)
                .forEach(node ->
                        any(api -> api.post(ApiPaths.of("nodes", node.node(), "undrain"), Map.of(), NodeList.class)));
        for (Sku sku : skus) {
            if (any(api -> api.get(ApiPaths.of("skus", sku.code(), "plan"), SkuPlanView.class))
                    .frozen()) {
                any(api -> api.post(ApiPaths.of("skus", sku.code(), "unfreeze"), Map.of(), RebalanceView.class));
            }
        }
        RebalanceList all =
                any(api -> api.get(ApiPaths.of("rebalances") + "?limit=" + MOST_REBALANCES, RebalanceList.class));
        Map<RebalanceKind, Integer> over = new EnumMap<>(RebalanceKind.class);
        for (RebalanceView view : all.rebalances()) {
            if (view.state() == RebalanceState.PLANNED || view.state() == RebalanceState.RUNNING) {
                return false;
            }
            if (view.state() == RebalanceState.DONE) {
                over.merge(view.kind(), 1, Integer::sum);
            }
        }
        synchronized (this) {
            done.clear();
            done.putAll(over);
        }
        return true;
    }

    /** Of each kind, what was asked for and what became of it. */
    synchronized List<Count> counts() {
        List<Count> counts = new ArrayList<>();
        for (RebalanceKind kind : RebalanceKind.values()) {
            counts.add(new Count(
                    kind, asked.getOrDefault(kind, 0), applied.getOrDefault(kind, 0), done.getOrDefault(kind, 0)));
        }
        return counts;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
