// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.settlement.IdWindow;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the books forget what nobody needs any more: who did what, and rebalances that are over, after a time; and ownerships
 * that are over, when no takeover asks for them any more ({@link OldEpochs}). A few rows in each transaction, so that nobody waits for it; what is left over comes next time. Two at once do no harm.
 *
 * <p>Marks of deductions that never came ({@link Marks}) are not among it: a mark may go only when its deduction can't
 * settle any more, and there is no such moment. That all lanes have settled beyond some position says nothing of later
 * records; a request id may be used again at any time, by its caller or by an attempt that lay on the way, as no clock
 * takes part; and without its mark that deduction would be sold although the shop was told that it is cancelled.
 *
 * <p>Thread-safe.
 */
public final class Retention implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int BATCH_ROWS = 1_000;
    private static final int BATCH_REBALANCES = 20;
    private static final int MOST_BATCHES = 100;

    private final TransactionRunner transactions;
    private final OldEpochs epochs;
    private final long seconds;
    private final ScheduledExecutorService thread;

    private Retention(
            TransactionRunner transactions,
            IdWindow window,
            RetentionSettings settings,
            ScheduledExecutorService thread) {
        this.transactions = transactions;
        epochs = new OldEpochs(transactions, window);
        this.thread = thread;
        seconds = settings.history().toSeconds();
    }

    /**
     * Begins.
     *
     * @param name of the allocator
     * @param window what takeovers read of each lane
     * @param isNeeded whether it is this one's turn; asked each time
     */
    public static Retention start(
            String name,
            TransactionRunner transactions,
            IdWindow window,
            RetentionSettings settings,
            BooleanSupplier isNeeded) {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread daemon = new Thread(task, name + "-retention");
            daemon.setDaemon(true);
            return daemon;
        });
        Retention retention = new Retention(transactions, window, settings, thread);
        long pause = settings.pause().toMillis();
        ScheduledFuture<?> unused = thread.scheduleWithFixedDelay(
                () -> {
                    if (isNeeded.getAsBoolean()) {
                        retention.round();
                    }
                },
                pause,
                pause,
                TimeUnit.MILLISECONDS);
        return retention;
    }

    private void round() {
        try {
            forget();
        } catch (RuntimeException e) {
            LOG.warn("What is old can't be removed from the books now", e);
        }
    }

    /** Forgets what is too old, as far as it comes. */
    void forget() {
        for (int i = 0; i < MOST_BATCHES && forgetOperations() == BATCH_ROWS; i++) {
            LOG.debug("{} operations are forgotten", BATCH_ROWS);
        }
        for (int i = 0; i < MOST_BATCHES && forgetRebalances() == BATCH_REBALANCES; i++) {
            LOG.debug("{} rebalances are forgotten", BATCH_REBALANCES);
        }
        epochs.forget();
    }

    private int forgetOperations() {
        return transactions.call(
                session -> session.getMapper(OperationMapper.class).forget(seconds, BATCH_ROWS));
    }

    /** Of those that are over, none is the present one of a SKU. */
    private int forgetRebalances() {
        return transactions.call(session -> {
            OperationMapper mapper = session.getMapper(OperationMapper.class);
            List<Long> over = mapper.lockOver(seconds, BATCH_REBALANCES);
            if (!over.isEmpty()) {
                mapper.forgetMoves(over);
                mapper.forgetRebalances(over);
            }
            return over.size();
        });
    }

    /** Ends; a transaction that is under way ends as it may. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
