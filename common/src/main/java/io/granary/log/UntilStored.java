// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

import io.granary.concurrent.Backoff;
import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one record again and again until the log says where it is stored. Copies may stand in the lane more than once:
 * the rule makes that harmless. Used on its loop only.
 */
public final class UntilStored {
    private static final Logger LOG = LoggerFactory.getLogger(UntilStored.class);
    /** So many failures in a row are no news. */
    private static final int QUIET = 4;

    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(5), Duration.ofSeconds(1));

    private final StockLog log;
    private final Loop loop;
    private final int lane;
    private final byte[] record;
    private final Runnable onResend;
    private final LongConsumer onStored;
    private final Consumer<String> onNoSuchLane;
    private int failures;
    private String told = "";
    private boolean cancelled;

    private UntilStored(
            StockLog log,
            Loop loop,
            int lane,
            byte[] record,
            Runnable onResend,
            LongConsumer onStored,
            Consumer<String> onNoSuchLane) {
        this.log = log;
        this.loop = loop;
        this.lane = lane;
        this.record = record;
        this.onResend = onResend;
        this.onStored = onStored;
        this.onNoSuchLane = onNoSuchLane;
    }

    /**
     * Begins to send. Call on the loop.
     *
     * @param onResend called on the loop before each further sending
     * @param onStored called on the loop, once, with the offset of the copy that was acknowledged
     * @param onNoSuchLane called on the loop instead, once, with why, if the log has no such lane
     */
    public static UntilStored append(
            StockLog log,
            Loop loop,
            int lane,
            byte[] record,
            Runnable onResend,
            LongConsumer onStored,
            Consumer<String> onNoSuchLane) {
        UntilStored append = new UntilStored(log, loop, lane, record, onResend, onStored, onNoSuchLane);
        append.send();
        return append;
    }

    /** Sends no more, and calls nobody. What was sent may still be stored. */
    public void cancel() {
        cancelled = true;
    }

    private void send() {
        loop.await(log.append(lane, record), this::appended);
    }

    private void appended(Append append) {
        if (cancelled) {
            return;
        }
        if (append instanceof Append.Stored stored) {
            onStored.accept(stored.offset());
        } else if (append instanceof Append.NoSuchLane none) {
            onNoSuchLane.accept("lane " + lane + ": " + none.reason());
        } else {
            String why = append.toString();
            if (!why.equals(told) && failures >= QUIET) {
                LOG.warn("Lane {}: {}; the record is sent again until it is stored", lane, why);
                told = why;
            }
            loop.schedule(BACKOFF.pause(failures++), this::resend);
        }
    }

    private void resend() {
        if (!cancelled) {
            onResend.run();
            send();
        }
    }
}
