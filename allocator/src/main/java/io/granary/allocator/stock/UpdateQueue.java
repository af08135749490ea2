// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import io.granary.allocator.allocation.LeadershipLostException;
import io.granary.concurrent.Backoff;
import io.granary.concurrent.Loop;
import io.granary.log.Append;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue of the stock updates. Reads some, announces those that add units, applies them in one transaction; if there
 * are dead ones among them, these are published first and the rest is tried again. If the books refuse them together,
 * they are tried one by one, and what is refused alone is dead.
 *
 * <p>Everything runs on the loop given.
 */
final class UpdateQueue {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateQueue.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(20);
    private static final String NO_KEY = "unknown";

    private final int queue;
    private final long term;
    private final Loop loop;
    private final StockUpdates.Parts parts;
    private final Backoff backoff;

    // Counts the beginnings: what comes back from an earlier one is dropped.
    private long round;
    private boolean running;
    private int faultsInRow;
    private long next;
    // What was read and not dealt with, the first at next.
    private List<LaneRecord> left = List.of();
    // How many go into a transaction: one after a refusal, until these are through.
    private int most;
    private int singles;

    /**
     * @param term of the leader who applies them
     */
    UpdateQueue(int queue, long term, Loop loop, StockUpdates.Parts parts) {
        this.queue = queue;
        this.term = term;
        this.loop = loop;
        this.parts = parts;
        backoff = new Backoff(FIRST_RETRY, parts.settings().retryPause());
        most = parts.settings().batchUpdates();
    }

    void start() {
        running = true;
        begin();
    }

    void stop() {
        running = false;
        round++;
    }

    private void begin() {
        round++;
        left = List.of();
        then(parts.store().position(queue), position -> {
            next = position;
            read();
        });
    }

    private void retry(@Nullable Throwable fault) {
        if (fault != null) {
            LOG.warn("Stock updates of queue {}: something failed, will begin again from the books", queue, fault);
        }
        parts.metrics().faults.increment();
        round++;
        long mine = round;
        loop.schedule(backoff.pause(faultsInRow++), () -> {
            if (mine == round && running) {
                begin();
            }
        });
    }

    private void read() {
        if (!left.isEmpty()) {
            work();
            return;
        }
        then(parts.updates().read(queue, next, parts.settings().readWait()), this::taken);
    }

    private void taken(Read read) {
        if (read instanceof Read.Records records) {
            left = records.records();
            work();
        } else if (read instanceof Read.Nothing) {
            read();
        } else if (read instanceof Read.Expired expired) {
            LOG.error("Stock updates of queue {} from {} to {} are gone", queue, next, expired.first() - 1);
            move(expired.first());
        } else if (read instanceof Read.BeyondEnd beyond) {
            // What was applied and comes again is known by its id.
            LOG.error("Stock updates of queue {} end at {}, but {} was reached", queue, beyond.end(), next);
            move(beyond.end());
        } else {
            LOG.debug("Stock updates of queue {}: {}", queue, read);
            retry(null);
        }
    }

    private void move(long to) {
        parts.metrics().lost.increment();
        then(parts.store().moveTo(term, queue, next, to), done -> retry(null));
    }

    private void work() {
        int count = Math.min(left.size(), singles > 0 ? 1 : most);
        List<ReadUpdate> updates = new ArrayList<>(count);
        Map<Integer, String> dead = new HashMap<>();
        Set<Sku> adding = new HashSet<>();
        for (int i = 0; i < count; i++) {
            ReadUpdate update = UpdateParser.parse(left.get(i).body());
            updates.add(update);
            if (update instanceof ReadUpdate.Malformed malformed) {
                dead.put(i, malformed.reason());
            } else if (update instanceof ReadUpdate.Valid valid
                    && valid.update().addsUnits()) {
                adding.add(valid.update().sku());
            }
        }
        UpdateBatch batch = new UpdateBatch(queue, next, updates, dead);
        if (adding.isEmpty()) {
            bury(batch, dead, adding);
        } else {
            announce(adding, () -> bury(batch, dead, adding));
        }
    }

    private void announce(Set<Sku> skus, Runnable go) {
        CompletableFuture<Void> announced = parts.beforeRestock().announce(Set.copyOf(skus));
        long mine = round;
        boolean[] gone = new boolean[1];
        Consumer<@Nullable String> once = trouble -> {
            if (mine == round && running && !gone[0]) {
                gone[0] = true;
                if (trouble != null) {
                    parts.metrics().unannounced.increment();
                    LOG.warn("Units are added without having been announced to all: {}", trouble);
                }
                go.run();
            }
        };
        Loop.Timer timer =
                loop.schedule(parts.settings().announceWait(), () -> once.accept("the announcement takes too long"));
        var unused = announced.whenComplete((done, fault) -> loop.execute(() -> {
            timer.cancel();
            once.accept(fault == null ? null : String.valueOf(fault.getMessage()));
        }));
    }

    /** Makes dead letters of some of the batch, whose reasons are among its dead, and goes on. */
    private void bury(UpdateBatch batch, Map<Integer, String> buried, Set<Sku> announced) {
        if (buried.isEmpty()) {
            apply(batch, announced);
            return;
        }
        Map<Integer, DeadLetter> letters = new TreeMap<>();
        buried.forEach((index, reason) -> {
            LaneRecord record = left.get(index);
            letters.put(index, DeadLetter.of(reason, record.body(), queue, record.offset()));
        });
        then(
                parts.store().condemn(term, batch, List.copyOf(letters.values())),
                done -> publish(letters.entrySet().iterator(), batch, () -> apply(batch, announced)));
    }

    private void publish(Iterator<Map.Entry<Integer, DeadLetter>> letters, UpdateBatch batch, Runnable go) {
        if (!letters.hasNext()) {
            go.run();
            return;
        }
        Map.Entry<Integer, DeadLetter> next = letters.next();
        DeadLetter letter = next.getValue();
        String id = batch.updates().get(next.getKey()).updateId();
        LOG.warn("Stock update {} at {} of queue {} is dead: {}", id, letter.offset(), queue, letter.reason());
        then(parts.deadLetters().publish(id.isEmpty() ? NO_KEY : id, letter.toBytes()), append -> {
            if (append instanceof Append.Stored) {
                parts.metrics().dead.increment();
                publish(letters, batch, go);
            } else {
                LOG.debug("A dead letter was not confirmed: {}", append);
                retry(null);
            }
        });
    }

    private void apply(UpdateBatch batch, Set<Sku> announced) {
        CompletableFuture<StockUpdateStore.Outcome> outcome = parts.store().apply(term, batch);
        var unused = outcome.whenComplete((done, fault) -> loop.execute(() -> {
            Set<Sku> told = new HashSet<>(announced);
            if (done instanceof StockUpdateStore.Outcome.Applied applied) {
                parts.metrics().applied.increment(applied.applied());
                parts.metrics().repeated.increment(applied.repeated());
                told.addAll(applied.changed());
            }
            // Also if nothing came of it: who announced it waits to hear.
            if (!told.isEmpty()) {
                parts.onChanged().accept(told);
            }
        }));
        then(outcome, done -> applied(batch, announced, done));
    }

    private void applied(UpdateBatch batch, Set<Sku> announced, StockUpdateStore.Outcome outcome) {
        if (outcome instanceof StockUpdateStore.Outcome.Applied) {
            int count = batch.updates().size();
            faultsInRow = 0;
            singles = Math.max(0, singles - count);
            next = batch.to();
            left = left.subList(count, left.size());
            read();
        } else if (outcome instanceof StockUpdateStore.Outcome.Dead dead) {
            bury(withDead(batch, dead.reasons()), dead.reasons(), announced);
        } else if (outcome instanceof StockUpdateStore.Outcome.Refused refused) {
            refused(batch, announced, refused.reason());
        } else {
            LOG.info("Stock updates of queue {}: another leader was here first", queue);
            retry(null);
        }
    }

    private void refused(UpdateBatch batch, Set<Sku> announced, String reason) {
        if (batch.updates().size() > 1) {
            LOG.info("Stock updates of queue {} from {} on are applied one by one: {}", queue, batch.from(), reason);
            singles = batch.updates().size();
            read();
        } else if (batch.dead().isEmpty()) {
            Map<Integer, String> dead = Map.of(0, "update: refused by the books (expected: " + reason + ")");
            bury(withDead(batch, dead), dead, announced);
        } else {
            retry(new IllegalStateException("a dead stock update can't be noted: " + reason));
        }
    }

    private static UpdateBatch withDead(UpdateBatch batch, Map<Integer, String> more) {
        Map<Integer, String> dead = new HashMap<>(batch.dead());
        dead.putAll(more);
        return new UpdateBatch(batch.queue(), batch.from(), batch.updates(), dead);
    }

    private static boolean isTermOver(@Nullable Throwable fault) {
        return fault instanceof LeadershipLostException
                || (fault instanceof CompletionException wrapped && isTermOver(wrapped.getCause()));
    }

    /** Goes on on the loop, unless this round is over by then; what fails ends the round. */
    private <T> void then(CompletableFuture<T> future, Consumer<T> step) {
        long mine = round;
        var unused = future.whenComplete((result, fault) -> loop.execute(() -> {
            if (mine != round || !running) {
                return;
            }
            if (isTermOver(fault)) {
                LOG.info("Stock updates of queue {}: the term {} is over", queue, term);
                stop();
                return;
            }
            if (fault != null) {
                retry(fault);
                return;
            }
            try {
                step.accept(result);
            } catch (RuntimeException e) {
                retry(e);
            }
        }));
    }
}
