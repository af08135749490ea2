// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.GivenLane;
import io.granary.allocator.allocation.GrantRefusedException;
import io.granary.allocator.allocation.LeadershipLostException;
import io.granary.allocator.allocation.OperatorGrant;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuChange;
import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.allocator.settlement.EpochKey;
import io.granary.allocator.settlement.LaneBooks;
import io.granary.allocator.settlement.LaneChange;
import io.granary.allocator.settlement.LaneMark;
import io.granary.allocator.settlement.LaneStanding;
import io.granary.allocator.settlement.SettlementStore;
import io.granary.allocator.stock.DeadLetter;
import io.granary.allocator.stock.StockUpdateStore;
import io.granary.allocator.stock.UpdateBatch;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The database as processes see it: transactions take their time, may be aborted, and may be committed without their
 * caller hearing of it. A process that dies in the middle has committed all of a transaction or nothing.
 */
final class SimStore {
    /** A transaction that was aborted, or whose outcome is not known. */
    static final class StoreFault extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoreFault(String message) {
            super(message);
        }
    }

    private final Scheduler scheduler;
    private final Books books;
    private final Outage outage;
    private Faults faults = Faults.NONE;
    private boolean stalls;
    private @Nullable Throwable violation;

    SimStore(Scheduler scheduler, Trace trace, Books books) {
        this.scheduler = scheduler;
        this.books = books;
        outage = new Outage(scheduler, trace, "the database");
    }

    void faults(Faults now) {
        faults = now;
    }

    /** The database is gone for a while: it refuses at once, or lets everybody wait before that. */
    void goAway(Duration length) {
        stalls = scheduler.chance(0.5);
        outage.begin(length);
    }

    void comeBack() {
        outage.end();
    }

    /** The invariant that a transaction broke; null if none did. */
    @Nullable
    Throwable violation() {
        return violation;
    }

    private Duration delay() {
        if (outage.isOn() && stalls) {
            return scheduler.micros(20_000, 150_000);
        }
        return scheduler.chance(faults.slow()) ? scheduler.micros(2_000, 60_000) : scheduler.micros(100, 3_000);
    }

    /** Runs what would block a thread of a process: after a while, if the process still lives. */
    Executor executor(SimProcess process) {
        return task -> process.after(delay(), task);
    }

    private void reach() {
        if (outage.isOn()) {
            throw new StoreFault("the database is gone");
        }
    }

    private <T> T transact(Supplier<T> transaction) {
        reach();
        if (scheduler.chance(faults.abort())) {
            throw new StoreFault("aborted");
        }
        T result;
        try {
            result = transaction.get();
        } catch (LeadershipLostException | GrantRefusedException e) {
            throw e;
        } catch (RuntimeException e) {
            violation = violation == null ? e : violation;
            throw e;
        }
        if (scheduler.chance(faults.lostCommit())) {
            throw new StoreFault("nothing is known");
        }
        return result;
    }

    /** Blocking calls, for the executor of a process. */
    AllocationStore allocation() {
        return new AllocationStore() {
            @Override
            public long takeTerm(String leader) {
                return transact(books::takeTerm);
            }

            @Override
            public void checkTerm(long term) {
                transact(() -> {
                    books.checkTerm(term);
                    return true;
                });
            }

            @Override
            public void ensureLanes(int count) {
                reach();
                books.ensureLanes(count);
            }

            @Override
            public Optional<GivenLane> assignLane(long term, String incarnation, Set<String> live) {
                return transact(() -> books.assignLane(term, incarnation, live));
            }

            @Override
            public void refuseLane(long term, String incarnation, int lane, String reason) {
                transact(() -> {
                    books.refuseLane(term, incarnation, lane, reason);
                    return true;
                });
            }

            @Override
            public List<SkuBook> load(Collection<Sku> skus) {
                return transact(() -> books.load(skus));
            }

            @Override
            public AllocationStore.Page page(int afterId, int limit) {
                return transact(() -> books.page(afterId, limit));
            }

            @Override
            public List<Sku> ownedBy(String incarnation) {
                return transact(() -> books.ownedBy(incarnation));
            }

            @Override
            public List<SkuBook.Changed> apply(long term, List<SkuChange> changes) {
                return transact(() -> books.apply(term, changes));
            }

            @Override
            public Drains drains(long term) {
                return transact(() -> books.drains(term));
            }

            @Override
            public TakeoverSnapshot snapshot(Collection<Sku> skus) {
                return transact(() -> books.snapshot(skus));
            }
        };
    }

    /** As {@code SqlOperatorGrants} and tasks do. */
    SkuBook.Changed grant(long term, OperatorGrant order) {
        return transact(() -> books.grant(term, order));
    }

    private <T> CompletableFuture<T> later(SimProcess process, Supplier<T> transaction) {
        CompletableFuture<T> result = new CompletableFuture<>();
        scheduler.after(delay(), () -> {
            if (process.isDead()) {
                return;
            }
            try {
                T value = transact(transaction);
                process.after(delay(), () -> result.complete(value));
            } catch (RuntimeException e) {
                process.after(delay(), () -> result.completeExceptionally(e));
            }
        });
        return result;
    }

    StockUpdateStore stockUpdates(SimProcess process) {
        return new StockUpdateStore() {
            @Override
            public CompletableFuture<Long> position(int queue) {
                return later(process, () -> books.stockPosition(queue));
            }

            @Override
            public CompletableFuture<Void> moveTo(long term, int queue, long from, long to) {
                return CompletableFuture.failedFuture(new IllegalStateException(
                        "queue " + queue + ": " + from + " is not there (expected: a broker that keeps its word)"));
            }

            @Override
            public CompletableFuture<StockUpdateStore.Outcome> apply(long term, UpdateBatch batch) {
                return later(process, () -> books.apply(term, batch));
            }

            @Override
            public CompletableFuture<Void> condemn(long term, UpdateBatch batch, List<DeadLetter> letters) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException("dead: " + letters + " (expected: what can be applied)"));
            }
        };
    }

    SettlementStore settlement(SimProcess process) {
        return new SettlementStore() {
            private <T> CompletableFuture<T> later(Supplier<T> transaction) {
                return SimStore.this.later(process, transaction);
            }

            @Override
            public CompletableFuture<LaneStanding> standing(int lane) {
                return later(() -> books.standing(lane));
            }

            @Override
            public CompletableFuture<LaneBooks> find(int lane, Set<Sku> skus, Set<EpochKey> epochs) {
                return later(() -> books.find(lane, skus, epochs));
            }

            @Override
            public CompletableFuture<SettlementStore.Outcome> apply(LaneChange change, @Nullable LaneMark mark) {
                return later(() -> books.settle(change, mark));
            }

            @Override
            public CompletableFuture<Outcome> rehearse(LaneChange change) {
                throw new IllegalStateException("lane " + change.lane()
                        + ": a rehearsal (expected: none, as a refusal of these books ends the run)");
            }

            @Override
            public CompletableFuture<Void> clear(int lane, long settled, String alarm) {
                return later(() -> {
                    books.clear(lane, settled, alarm);
                    return null;
                });
            }

            @Override
            public CompletableFuture<Boolean> isSkipped(int lane, long offset, long print) {
                return later(() -> false);
            }

            @Override
            public CompletableFuture<Void> raise(int lane, long settled, String alarm) {
                return later(() -> {
                    books.raise(lane, settled, alarm);
                    return null;
                });
            }
        };
    }
}
