// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.client.DeductionResult;
import io.granary.client.Outcome;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How sales went in all times of a trouble: sums, and a histogram of waits, however many calls there are. Not thread-safe.
 */
final class SalesFigures {
    private static final int DIGITS = 2;

    private final Map<Outcome, Long> steady = new EnumMap<>(Outcome.class);
    private final Map<Outcome, Long> others = new EnumMap<>(Outcome.class);
    private final Histogram waitMicros = new Histogram(DIGITS);
    private long times;
    private long nanos;
    private long othersAnswered;
    private long silenceNanos;
    private long beyondNanos;
    private long recoveryNanos;
    private long neverNormal;

    /** A call of {@link SteadyBuyers} has ended. */
    void steady(DeductionResult result, long waitedNanos) {
        steady.merge(result.outcome(), 1L, Long::sum);
        if (result.isDeducted()) {
            waitMicros.recordValue(TimeUnit.NANOSECONDS.toMicros(waitedNanos));
        }
    }

    /** Another call has ended: of a SKU that may be sold out, or that operators keep from selling. */
    void other(DeductionResult result) {
        others.merge(result.outcome(), 1L, Long::sum);
        boolean isAnswer = switch (result.outcome()) {
            case DEDUCTED, CONFLICT, NO_SUCH_SKU, SOLD_OUT -> true;
            case INSUFFICIENT -> result.detail() != DeductionResult.NOT_KNOWN;
            case UNKNOWN, THROTTLED, UNAVAILABLE -> false;
        };
        othersAnswered += isAnswer ? 1 : 0;
    }

    /**
     * The trouble is over for this time.
     *
     * @param lastedNanos until sales were seen to be normal again, or the next trouble began
     * @param faultNanos of which the faults lasted so long
     * @param silentNanos the longest time in which a SKU of the steady buyers was not sold
     */
    void over(long lastedNanos, long faultNanos, long silentNanos) {
        times++;
        nanos += lastedNanos;
        silenceNanos = Math.max(silenceNanos, silentNanos);
        beyondNanos = Math.max(beyondNanos, silentNanos - faultNanos);
    }

    /** How long after the faults sales were not normal yet. */
    void recovered(long afterNanos) {
        recoveryNanos = Math.max(recoveryNanos, afterNanos);
    }

    /** Sales were not seen to be normal before the next trouble, or the end. */
    void notRecovered() {
        neverNormal++;
    }

    long times() {
        return times;
    }

    /** Of all times together. */
    Duration lasted() {
        return Duration.ofNanos(nanos);
    }

    /** Of the steady buyers, as those below. */
    long calls() {
        return sum(steady);
    }

    long steady(Outcome outcome) {
        return steady.getOrDefault(outcome, 0L);
    }

    /** How many of a hundred calls were answered DEDUCTED, which all could be. 0 if there were none. */
    double percent() {
        return calls() == 0 ? 0 : 100.0 * steady(Outcome.DEDUCTED) / calls();
    }

    /** Calls that were told that there is not enough, and there was. */
    long falseRefusals() {
        return steady(Outcome.SOLD_OUT) + steady(Outcome.INSUFFICIENT) + steady(Outcome.NO_SUCH_SKU);
    }

    /** What 99 of a hundred deductions waited at most. */
    Duration wait99() {
        return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(waitMicros.getValueAtPercentile(99)));
    }

    /** The longest time in which a SKU was not sold. */
    Duration silence() {
        return Duration.ofNanos(silenceNanos);
    }

    /** The most by which a silence was longer than its fault. */
    Duration silenceBeyond() {
        return Duration.ofNanos(beyondNanos);
    }

    /** The longest time after the faults until sales were normal, of the times when they were. */
    Duration recovery() {
        return Duration.ofNanos(recoveryNanos);
    }

    /** How many times sales were not seen to be normal again. */
    long neverNormal() {
        return neverNormal;
    }

    /** Calls of all the others. */
    long otherCalls() {
        return sum(others);
    }

    long other(Outcome outcome) {
        return others.getOrDefault(outcome, 0L);
    }

    /** All calls that were told yes or a definite no. */
    long answered() {
        return steady(Outcome.DEDUCTED) + othersAnswered;
    }

    /** All calls that were told yes or a definite no, a second. */
    double answeredPerSecond() {
        return nanos == 0 ? 0 : answered() * 1e9 / nanos;
    }

    private static long sum(Map<Outcome, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
