// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import io.granary.concurrent.Backoff;
import io.granary.concurrent.Loop;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles one lane: reads on while a transaction runs, applies what is there, one transaction at a time. Whatever goes
 * wrong, it begins again from where the books say that the lane stands; what was applied is never applied again, since
 * every change is conditional on that standing. So any number of settlers of a lane do no harm, they only waste time.
 *
 * <p>It applies only {@link ProvenRecords}: what the log shows and then loses was never applied. Before it goes on after
 * a start or a fault it compares the last record applied with what the log has there now: if that is another one, the log
 * has lost what it had acknowledged.
 *
 * <p>An alarm stops the lane for all settlers. It is looked at again from time to time: once what stands there can be
 * applied, because an operator has decided, or as the log has it again, the alarm is cleared.
 *
 * <p>Everything runs on the loop given.
 */
final class LaneSettler {
    private static final Logger LOG = LoggerFactory.getLogger(LaneSettler.class);
    // A restarted broker may not show the end of a lane at once; only then is it lost.
    private static final int TAIL_LOOKS = 5;
    private static final long NONE = Long.MIN_VALUE;
    private static final Duration FIRST_RETRY = Duration.ofMillis(20);

    private final int lane;
    private final Loop loop;
    private final StockLog log;
    private final SettlementStore store;
    private final SettlementSettings settings;
    private final Backoff backoff;
    private final SettlementMetrics metrics;
    private final Consumer<Set<Sku>> onSettled;
    private final Marking marking;

    // Counts the beginnings: what comes back from an earlier one is dropped.
    private long round;
    private boolean running;
    private boolean alarmed;
    private int faultsInRow;
    private int looksInRow;
    // The most records in a transaction: fewer while it is sought which of them the books refuse.
    private int mostRecords;
    // Of this round:
    private BatchFold fold;
    private final Deque<PendingRecord> pending = new ArrayDeque<>();
    private long pendingBytes;
    private long pendingRows;
    private ProvenRecords proven = new ProvenRecords(0);
    private boolean ready;
    private boolean reading;
    private boolean applying;
    private long settled;
    /** As the books have it. */
    private @Nullable String alarm;

    private long notBeforeNanos;
    private long notReadBeforeNanos;
    private boolean waitingToApply;
    private volatile long oldestMillis = NONE;

    LaneSettler(
            int lane,
            Loop loop,
            StockLog log,
            SettlementStore store,
            SettlementSettings settings,
            SettlementMetrics metrics,
            Consumer<Set<Sku>> onSettled) {
        this.lane = lane;
        this.loop = loop;
        this.log = log;
        this.store = store;
        this.settings = settings;
        backoff = new Backoff(FIRST_RETRY, settings.retryPause());
        this.metrics = metrics;
        this.onSettled = onSettled;
        fold = new BatchFold(lane);
        mostRecords = settings.batchRecords();
        notBeforeNanos = loop.nanoTime();
        notReadBeforeNanos = notBeforeNanos;
        marking = new Marking(settings.idWindow(), notBeforeNanos);
    }

    void start() {
        running = true;
        begin();
    }

    /** Stops it; a transaction on its way is left to end as it may. */
    void stop() {
        running = false;
        reset();
        setAlarmed(false);
    }

    /** The age of the oldest record that was read and is not applied, in ms. Thread-safe. */
    long lagMillis() {
        long oldest = oldestMillis;
        return oldest == NONE ? 0 : Math.max(0, loop.currentTimeMillis() - oldest);
    }

    private void noteOldest() {
        PendingRecord oldest = pending.peekFirst();
        oldestMillis = oldest == null ? NONE : oldest.storedMillis();
    }

    private void reset() {
        round++;
        metrics.waiting(-pending.size());
        metrics.unproven(-proven.unproven());
        proven = new ProvenRecords(0);
        fold = new BatchFold(lane);
        pending.clear();
        noteOldest();
        pendingBytes = 0;
        pendingRows = 0;
        ready = false;
        reading = false;
        applying = false;
        waitingToApply = false;
    }

    private void begin() {
        reset();
        then(store.standing(lane), this::stand, this::failed);
    }

    private void beginAfter(Duration pause) {
        reset();
        long mine = round;
        loop.schedule(pause, () -> {
            if (mine == round && running) {
                begin();
            }
        });
    }

    private void failed(@Nullable Throwable fault) {
        LOG.warn("Lane {}: something failed, will begin again from the books", lane, fault);
        retry();
    }

    private void retry() {
        metrics.fault();
        beginAfter(backoff.pause(faultsInRow++));
    }

    private void stand(LaneStanding standing) {
        settled = standing.settled();
        marking.begin(standing, loop.nanoTime());
        alarm = standing.alarm();
        setAlarmed(alarm != null);
        proven = new ProvenRecords(settled);
        if (settled == 0 || standing.tail().isEmpty()) {
            ready = true;
            proceed();
        } else {
            long tail = standing.tail().getAsLong();
            then(log.read(lane, settled - 1, Duration.ZERO), read -> compareTail(tail, read), this::failed);
        }
    }

    private void compareTail(long tail, Read read) {
        if (read instanceof Read.Records records) {
            List<LaneRecord> found = records.records();
            if (LaneRecord.print(found.get(0).body()) != tail) {
                raise("the record at " + (settled - 1) + " is another than the one that was applied: the log has lost"
                        + " records");
                return;
            }
            looksInRow = 0;
            ready = true;
            if (found.size() > 1) {
                take(found.subList(1, found.size()));
            }
            proceed();
        } else if (read instanceof Read.Expired expired && expired.first() <= settled) {
            // Nothing is left to compare with, and nothing that is wanted is missing.
            ready = true;
            proceed();
        } else if (read instanceof Read.Failed failed) {
            LOG.debug("Lane {}: {}", lane, failed.reason());
            retry();
        } else if (++looksInRow < TAIL_LOOKS) {
            metrics.fault();
            beginAfter(settings.retryPause());
        } else {
            looksInRow = 0;
            raise("settled up to " + settled + ", but the log says: " + read);
        }
    }

    private void proceed() {
        if (!ready) {
            return;
        }
        if (!reading && pendingBytes < settings.readAheadBytes()) {
            reading = true;
            at(
                    notReadBeforeNanos,
                    () -> then(log.read(lane, proven.readFrom(), settings.readWait()), this::taken, this::failed));
        }
        if (!applying && !pending.isEmpty()) {
            boolean full = pendingRows >= settings.batchRows() || pending.size() >= settings.batchRecords();
            if (full || notBeforeNanos - loop.nanoTime() <= 0) {
                settle();
            } else if (!waitingToApply) {
                waitingToApply = true;
                at(notBeforeNanos, () -> {
                    waitingToApply = false;
                    proceed();
                });
            }
        }
    }

    /** Does it at this moment, at once if that is past; not if the round is over by then. */
    private void at(long atNanos, Runnable task) {
        long wait = atNanos - loop.nanoTime();
        if (wait <= 0) {
            task.run();
            return;
        }
        long mine = round;
        loop.schedule(Duration.ofNanos(wait), () -> {
            if (mine == round) {
                task.run();
            }
        });
    }

    private void taken(Read read) {
        reading = false;
        if (read instanceof Read.Records records) {
            if (!proven.isWaiting()) {
                notReadBeforeNanos = loop.nanoTime() + settings.readPause().toNanos();
            }
            take(records.records());
            proceed();
        } else if (read instanceof Read.Nothing && alarm != null && pending.isEmpty()) {
            clear(alarm);
        } else if (read instanceof Read.Nothing) {
            proven.takeNothing();
            proceed();
        } else if (read instanceof Read.BeyondEnd && proven.isWaiting()) {
            proven.takeLoss();
            proceed();
        } else if (read instanceof Read.Failed failed) {
            LOG.debug("Lane {}: {}", lane, failed.reason());
            retry();
        } else if (read instanceof Read.Expired expired && pending.isEmpty() && !applying) {
            raise("the record at " + proven.next() + " is gone: the log begins at " + expired.first());
        } else {
            // Beyond the end, as far as the log shows now: comparing the tail will tell whether something was lost.
            retry();
        }
    }

    private void take(List<LaneRecord> records) {
        metrics.unproven(-proven.unproven());
        List<PendingRecord> taken = proven.take(records);
        metrics.unproven(proven.unproven());
        for (PendingRecord record : taken) {
            pending.add(record);
            pendingBytes += record.bytes();
            pendingRows += record.rows();
        }
        metrics.waiting(taken.size());
        noteOldest();
    }

    private void settle() {
        applying = true;
        notBeforeNanos = loop.nanoTime() + settings.pause().toNanos();
        List<PendingRecord> batch = new ArrayList<>();
        long rows = 0;
        for (PendingRecord record : pending) {
            if (batch.size() == mostRecords || rows >= settings.batchRows()) {
                break;
            }
            batch.add(record);
            rows += record.rows();
        }
        BatchFold.Unknown unknown = fold.unknown(batch);
        if (unknown.isEmpty()) {
            settle(batch);
        } else {
            then(
                    store.find(lane, unknown.skus(), unknown.epochs()),
                    books -> {
                        fold.learn(books);
                        settle(batch);
                    },
                    this::failed);
        }
    }

    private void settle(List<PendingRecord> batch) {
        settle(batch, Map.of());
    }

    /** With partitions that are halted in it, as they break the books. */
    private void settle(List<PendingRecord> batch, Map<PartitionId, String> halted) {
        BatchFold.Folded folded = fold.fold(batch, halted);
        LaneChange change = folded.change();
        if (change == null) {
            faulty(batch.get(0), String.valueOf(folded.fault()));
            return;
        }
        if (alarm != null) {
            clear(alarm);
            return;
        }
        long startNanos = loop.nanoTime();
        long bytes = batch.stream().mapToLong(PendingRecord::bytes).sum();
        LaneMark mark = marking.due(change, bytes, startNanos);
        hop(store.apply(change, mark), (mine, done, fault) -> {
            if (done instanceof SettlementStore.Outcome.Applied applied) {
                metrics.applied(change, applied, loop.nanoTime() - startNanos);
                tell(change);
            }
            if (!mine) {
                return;
            }
            if (done == null) {
                failed(fault);
            } else {
                settled(change, bytes, mark, done, halted.keySet());
            }
        });
    }

    /** Nothing of the record can be applied. If nobody can read it, an operator may have decided to pass it over. */
    private void faulty(PendingRecord record, String fault) {
        String reason = "the record at " + settled + " can't be applied: " + fault;
        if (!record.isMalformed()) {
            raise(reason);
            return;
        }
        then(
                store.isSkipped(lane, record.offset(), record.print()),
                skipped -> {
                    if (!skipped) {
                        raise(reason);
                    } else if (record.equals(pending.peekFirst())) {
                        LOG.warn("Lane {}: the record at {} is passed over, as decided", lane, record.offset());
                        pending.removeFirst();
                        pending.addFirst(record.passedOver());
                        settle();
                    }
                },
                this::failed);
    }

    private void settled(
            LaneChange change,
            long bytes,
            @Nullable LaneMark mark,
            SettlementStore.Outcome outcome,
            Set<PartitionId> halted) {
        if (outcome instanceof SettlementStore.Outcome.Moved) {
            LOG.info("Lane {}: another settler was here first", lane);
            retry();
        } else if (outcome instanceof SettlementStore.Outcome.Refused refused) {
            if (halted.isEmpty()) {
                refused(change, refused.reason());
            } else {
                raise("the books refuse the record at " + change.from() + " also without " + halted + ": "
                        + refused.reason());
            }
        } else {
            faultsInRow = 0;
            mostRecords = Math.min(settings.batchRecords(), mostRecords * 2);
            applying = false;
            settled = change.to();
            marking.applied(change, bytes, mark, loop.nanoTime());
            drop(change.to());
            proceed();
        }
    }

    /** Nothing was applied: what was folded is folded again, in fewer records, until one is left that is at fault. */
    private void refused(LaneChange change, String reason) {
        fold = new BatchFold(lane);
        int records = (int) (change.to() - change.from());
        PendingRecord first = pending.peekFirst();
        if (records > 1 || first == null) {
            mostRecords = Math.max(1, records / 2);
            settle();
            return;
        }
        LOG.warn("Lane {}: the books refuse the record at {}: {}", lane, change.from(), reason);
        BatchFold.Unknown all = fold.unknown(List.of(first));
        then(
                store.find(lane, all.skus(), all.epochs()),
                books -> {
                    fold.learn(books);
                    then(
                            Offenders.find(lane, first, books, store, reason),
                            offenders -> {
                                if (offenders.isEmpty() && all.epochs().isEmpty()) {
                                    raise("the books refuse the record at " + change.from() + ": " + reason);
                                } else if (offenders.isEmpty()) {
                                    LOG.info(
                                            "Lane {}: the books may take the record at {} by now", lane, change.from());
                                    retry();
                                } else {
                                    settle(List.of(first), offenders);
                                }
                            },
                            this::failed);
                },
                this::failed);
    }

    private void drop(long before) {
        int dropped = 0;
        for (PendingRecord first = pending.peekFirst();
                first != null && first.offset() < before;
                first = pending.peekFirst()) {
            pending.removeFirst();
            pendingBytes -= first.bytes();
            pendingRows -= first.rows();
            dropped++;
        }
        metrics.waiting(-dropped);
        noteOldest();
    }

    private void tell(LaneChange change) {
        if (!change.skus().isEmpty()) {
            Set<Sku> touched = new HashSet<>(change.skus().size() * 2);
            change.skus().forEach(sku -> touched.add(sku.sku()));
            onSettled.accept(touched);
        }
    }

    private void raise(String reason) {
        if (alarm != null) {
            // It stands already, perhaps for another reason.
            beginAfter(settings.alarmPause());
            return;
        }
        LOG.error("Lane {} stops: {}", lane, reason);
        setAlarmed(true);
        long at = settled;
        reset();
        then(store.raise(lane, at, reason), done -> beginAfter(settings.alarmPause()), this::failed);
    }

    /** What stands in the lane can be applied. */
    private void clear(String gone) {
        LOG.warn("Lane {} goes on, the cause of its alarm is gone: {}", lane, gone);
        long at = settled;
        reset();
        then(store.clear(lane, at, gone), done -> begin(), this::failed);
    }

    private void setAlarmed(boolean now) {
        if (alarmed != now) {
            alarmed = now;
            metrics.alarmed(now ? 1 : -1);
        }
    }

    /** Goes on on the loop, unless this round is over by then. */
    private <T> void then(CompletableFuture<T> future, Consumer<T> next, Consumer<@Nullable Throwable> onFault) {
        hop(future, (mine, result, fault) -> {
            if (!mine) {
                return;
            }
            if (fault == null) {
                next.accept(result);
            } else {
                onFault.accept(fault);
            }
        });
    }

    private interface Step<T> {
        void take(boolean mine, T result, @Nullable Throwable fault);
    }

    /** Takes a result to the loop, with whether it still belongs to this round. A step that fails ends the round. */
    private <T> void hop(CompletableFuture<T> future, Step<T> step) {
        long asked = round;
        CompletableFuture<T> unused = future.whenComplete((result, fault) -> loop.execute(() -> {
            try {
                step.take(asked == round && running, result, fault);
            } catch (RuntimeException e) {
                if (running) {
                    failed(e);
                }
            }
        }));
    }
}
