// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.control.Leader;
import io.granary.allocator.control.LeaderLook;
import io.granary.allocator.store.SqlViews;
import io.granary.api.Health;
import io.granary.model.Sku;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a sale can run: asked of the leader; an allocator that knows none answers itself. */
final class HealthArea implements Area {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int MOST_NAMED = 10;

    /** What has stopped in the books. */
    private record Stops(List<String> lanes, SqlViews.Halts halts) {}

    private final Leadership leadership;
    private final Leader leader;
    private final SqlViews views;
    private final Executor asking;
    // One question to the books at a time: who comes meanwhile shares its answer.
    private final AtomicReference<@Nullable CompletableFuture<Stops>> underWay = new AtomicReference<>();

    /**
     * @param asking asks the books; one thread will do
     */
    HealthArea(Leadership leadership, Leader leader, SqlViews views, Executor asking) {
        this.leadership = leadership;
        this.leader = leader;
        this.views = views;
        this.asking = asking;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints.getAnywhere("/health", ctx -> {
            var elsewhere = leadership.elsewhere();
            if (elsewhere.isPresent()) {
                ctx.redirect(
                        "http://" + elsewhere.get().address() + ctx.req().getRequestURI(),
                        HttpStatus.TEMPORARY_REDIRECT);
            } else {
                answer(ctx);
            }
        });
    }

    private void answer(Context ctx) {
        CompletableFuture<LeaderLook> look = leader.look().orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Stops> alarms = alarms().copy().orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        boolean leads = leadership.isHere();
        ctx.json(Health.of(
                leadership.self(),
                leads ? leadership.self() : null,
                List.of(
                        leading(leads),
                        registry(),
                        books(alarms),
                        nodes(look),
                        skus(look),
                        lanes(alarms),
                        partitions(alarms, look))));
    }

    private Health.Check leading(boolean leads) {
        return leads
                ? new Health.Check("leader", true, leadership.self() + " leads")
                : new Health.Check("leader", false, "no allocator leads now");
    }

    private Health.Check registry() {
        return leadership
                .outOfReachSince()
                .map(since -> new Health.Check(
                        "registry",
                        false,
                        "the registry is out of reach since " + since
                                + ": sales and grants go on, no takeover and no new route"))
                .orElseGet(() -> new Health.Check("registry", true, "ZooKeeper answers"));
    }

    private static Health.Check books(CompletableFuture<Stops> alarms) {
        try {
            alarms.join();
            return new Health.Check("books", true, "the database answers");
        } catch (CompletionException e) {
            return new Health.Check("books", false, "the database does not answer: " + reason(e));
        }
    }

    private static Health.Check nodes(CompletableFuture<LeaderLook> look) {
        try {
            List<String> behind = look.join().behind();
            if (!behind.isEmpty()) {
                return new Health.Check(
                        "nodes",
                        false,
                        "of an older release, can't read what nodes write: " + String.join(", ", behind));
            }
            List<LeaderLook.NodeLook> nodes = look.join().nodes();
            long ready = nodes.stream().filter(LeaderLook.NodeLook::ready).count();
            boolean taking = nodes.stream().anyMatch(LeaderLook.NodeLook::takes);
            List<LeaderLook.NodeLook> lost = nodes.stream()
                    .filter(node -> node.outOfReachSince() != null)
                    .toList();
            String stands = ready + " of " + nodes.size() + " live nodes are ready";
            if (!taking && ready > 0) {
                stands += ", but all that are ready are drained: no node can take partitions";
            }
            return new Health.Check("nodes", taking && lost.isEmpty(), lost.isEmpty() ? stands : stands + of(lost));
        } catch (CompletionException e) {
            return new Health.Check("nodes", false, "only a leader knows them: " + reason(e));
        }
    }

    private static String of(List<LeaderLook.NodeLook> lost) {
        return lost.stream()
                .map(node -> node.incarnation() + " since " + node.outOfReachSince() + " with " + node.partitions()
                        + " partitions")
                .collect(Collectors.joining(", ", "; registered, but out of reach: ", ""));
    }

    private static Health.Check skus(CompletableFuture<LeaderLook> look) {
        try {
            Map<Sku, String> failing = look.join().failing();
            if (failing.isEmpty()) {
                return new Health.Check("skus", true, "all are looked after");
            }
            String some = failing.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .limit(MOST_NAMED)
                    .map(one -> one.getKey() + ": " + one.getValue())
                    .collect(Collectors.joining("; "));
            return new Health.Check(
                    "skus", false, failing.size() + " are set aside, as looks at them fail, and tried again: " + some);
        } catch (CompletionException e) {
            return new Health.Check("skus", false, "only a leader looks after them: " + reason(e));
        }
    }

    private static Health.Check lanes(CompletableFuture<Stops> alarms) {
        try {
            List<String> found = alarms.join().lanes();
            return found.isEmpty()
                    ? new Health.Check("lanes", true, "settlement has stopped at none")
                    : new Health.Check("lanes", false, String.join("; ", found));
        } catch (CompletionException e) {
            return new Health.Check("lanes", false, "the database does not answer");
        }
    }

    private static Health.Check partitions(CompletableFuture<Stops> alarms, CompletableFuture<LeaderLook> look) {
        List<String> wrong = new ArrayList<>();
        try {
            wrong.addAll(alarms.join().halts().first());
        } catch (CompletionException e) {
            return new Health.Check("partitions", false, "the database does not answer");
        }
        if (!look.isCompletedExceptionally()) {
            wrong.addAll(look.join().failures());
        }
        return wrong.isEmpty()
                ? new Health.Check("partitions", true, "none is halted, none is refused")
                : new Health.Check("partitions", false, String.join("; ", wrong));
    }

    private static String reason(CompletionException wrapped) {
        Throwable cause = wrapped;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof TimeoutException
                ? "not within " + PATIENCE.toSeconds() + " s"
                : String.valueOf(cause.getMessage());
    }

    private CompletableFuture<Stops> alarms() {
        CompletableFuture<Stops> fresh = new CompletableFuture<>();
        CompletableFuture<Stops> present = underWay.compareAndExchange(null, fresh);
        if (present != null) {
            return present;
        }
        asking.execute(() -> {
            try {
                fresh.complete(new Stops(views.alarms(), views.halts()));
            } catch (RuntimeException e) {
                fresh.completeExceptionally(e);
            } finally {
                underWay.set(null);
            }
        });
        return fresh;
    }
}
