// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.client.DeductionResult;
import io.granary.client.Outcome;
import io.granary.faults.Fault.Kind;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two SKUs are asked for by turns, each every 200 ms, by steady buyers; times are ms. */
class SalesWatchTest {
    private static final Sku FIRST = new Sku("FIRST");
    private static final Sku SECOND = new Sku("SECOND");
    private static final Sku OTHER = new Sku("OTHER");
    private static final Trouble KILLED = new Trouble(Kind.KILL, Target.NODE);
    private static final Trouble PAUSED = new Trouble(Kind.PAUSE, Target.ZOOKEEPER);
    private static final int STEP = 200;

    private final SalesWatch sales = new SalesWatch(List.of(FIRST, SECOND), 0);
    private long now;

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void sell(Sku sku, long asked, long ended, Outcome outcome) {
        sales.asked(sku, nanos(asked)).ended(new DeductionResult(outcome, 0), nanos(ended));
    }

    /** Calls for both until a time. */
    private void both(long until, Outcome first, Outcome second) {
        for (; now < until; now += STEP) {
            sell(FIRST, now, now + 10, first);
            sell(SECOND, now, now + 10, second);
        }
    }

    private void normal(long until) {
        both(until, Outcome.DEDUCTED, Outcome.DEDUCTED);
    }

    private SalesFigures figures(Trouble trouble) {
        SalesFigures figures = sales.figures().get(trouble);
        assertThat(figures).as("figures of %s", trouble).isNotNull();
        return figures;
    }

    @Test
    void aCallBelongsToTheTroubleInWhichItWasAsked() {
        normal(2_000);
        SalesWatch.Call before = sales.asked(FIRST, nanos(2_000));
        sales.begins(KILLED, nanos(2_050));
        before.ended(new DeductionResult(Outcome.UNKNOWN, 0), nanos(2_060));
        SalesWatch.Call within = sales.asked(FIRST, nanos(2_070));
        sales.healed(nanos(2_080));
        sales.ends(nanos(2_090));
        within.ended(new DeductionResult(Outcome.UNAVAILABLE, 0), nanos(4_000));

        assertThat(figures(KILLED).calls()).isEqualTo(1);
        assertThat(figures(KILLED).steady(Outcome.UNAVAILABLE)).isEqualTo(1);
        assertThat(figures(KILLED).percent()).isZero();
    }

    @Test
    void silenceIsThatOfTheSkuThatIsSoldLeast() {
        normal(2_000);
        sales.begins(KILLED, nanos(2_000));
        both(7_000, Outcome.DEDUCTED, Outcome.UNKNOWN);
        sales.healed(nanos(7_000));
        normal(12_000);

        // From the fault to the first deduction after it.
        assertThat(figures(KILLED).silence()).isEqualTo(Duration.ofMillis(5_010));
        assertThat(figures(KILLED).silenceBeyond()).isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void silenceThatLastsUntilTheNextTroubleCounts() {
        normal(2_000);
        sales.begins(KILLED, nanos(2_000));
        sales.healed(nanos(2_500));
        both(8_000, Outcome.DEDUCTED, Outcome.UNKNOWN);
        sales.begins(PAUSED, nanos(8_000));
        sales.ends(nanos(8_100));

        assertThat(figures(KILLED).silence()).isEqualTo(Duration.ofSeconds(6));
        assertThat(figures(KILLED).silenceBeyond()).isEqualTo(Duration.ofMillis(5_500));
        assertThat(figures(KILLED).neverNormal()).isEqualTo(1);
        assertThat(figures(PAUSED).silence()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void troubleIsOverWhenAllHasBeenWellForASecond() {
        normal(2_000);
        sales.begins(KILLED, nanos(2_000));
        sales.healed(nanos(3_000));
        both(5_000, Outcome.DEDUCTED, Outcome.UNAVAILABLE);
        assertThat(sales.isNormal(nanos(now))).isFalse();
        normal(9_000);

        assertThat(sales.isNormal(nanos(now))).isTrue();
        assertThat(figures(KILLED).neverNormal()).isZero();
        // The last refusal was at 4,810; a second later it is over, with the call that shows it.
        assertThat(figures(KILLED).recovery()).isEqualTo(Duration.ofMillis(1_810));
        assertThat(figures(KILLED).lasted()).isBetween(Duration.ofMillis(3_800), Duration.ofMillis(4_100));
        // And what comes later is nobody's: two calls every 200 ms for so long.
        assertThat(figures(KILLED).calls()).isBetween(38L, 42L);
    }

    @Test
    void aCallThatWaitsIsTroubleBeforeItEnds() {
        normal(2_000);
        SalesWatch.Call waiting = sales.asked(FIRST, nanos(now));
        normal(4_000);
        assertThat(sales.isNormal(nanos(now))).isFalse();

        waiting.ended(new DeductionResult(Outcome.DEDUCTED, 0), nanos(now));
        normal(4_800);
        assertThat(sales.isNormal(nanos(now)))
                .as("the wait was less than a second ago")
                .isFalse();
        normal(5_200);
        assertThat(sales.isNormal(nanos(now))).isTrue();
    }

    @Test
    void aSkuThatNobodyGetsIsTrouble() {
        normal(2_000);
        for (; now < 4_000; now += STEP) {
            sell(FIRST, now, now + 10, Outcome.DEDUCTED);
        }

        assertThat(sales.isNormal(nanos(now))).isFalse();
    }

    @Test
    void aRefusalOfWhatThereIsIsFalse() {
        sales.begins(KILLED, 0);
        for (Outcome outcome : Outcome.values()) {
            sell(FIRST, 10, 20, outcome);
        }
        sales.ends(nanos(30));

        assertThat(figures(KILLED).falseRefusals()).isEqualTo(3);
        assertThat(figures(KILLED).percent()).isEqualTo(12.5);
    }

    @Test
    void otherCallsAreCountedAndNotJudged() {
        sales.begins(KILLED, 0);
        for (Outcome outcome : Outcome.values()) {
            sell(OTHER, 10, 20, outcome);
        }
        sales.asked(OTHER, nanos(20))
                .ended(new DeductionResult(Outcome.INSUFFICIENT, DeductionResult.NOT_KNOWN), nanos(30));
        sales.ends(nanos(1_000));

        SalesFigures figures = figures(KILLED);
        assertThat(figures.calls()).isZero();
        assertThat(figures.falseRefusals()).isZero();
        assertThat(figures.otherCalls()).isEqualTo(9);
        assertThat(figures.other(Outcome.INSUFFICIENT)).isEqualTo(2);
        assertThat(figures.answered())
                .as("DEDUCTED, CONFLICT, NO_SUCH_SKU, SOLD_OUT, INSUFFICIENT with a number")
                .isEqualTo(5);
        assertThat(figures.answeredPerSecond()).isEqualTo(5.0);
    }

    @Test
    void timesOfTheSameTroubleAreSummed() {
        normal(2_000);
        for (int i = 0; i < 3; i++) {
            sales.begins(KILLED, nanos(now));
            both(now + 1_000 * (i + 1), Outcome.UNKNOWN, Outcome.DEDUCTED);
            sales.healed(nanos(now));
            normal(now + 4_000);
        }

        SalesFigures figures = figures(KILLED);
        assertThat(figures.times()).isEqualTo(3);
        assertThat(figures.silence()).isEqualTo(Duration.ofMillis(3_010));
        assertThat(figures.steady(Outcome.UNKNOWN)).isEqualTo(5 + 10 + 15);
        assertThat(figures.wait99().toMillis()).isBetween(9L, 11L);
    }

    @Test
    void troublesStandInTheOrderOfTargets() {
        sales.begins(Trouble.COMBINED, 0);
        sales.begins(KILLED, 1);
        sales.begins(new Trouble(Kind.CUT, Target.CLIENT_TO_NODE), 2);
        sales.begins(PAUSED, 3);
        sales.ends(4);

        assertThat(sales.figures())
                .extractingFromEntries(Map.Entry::getKey)
                .containsExactly(PAUSED, KILLED, new Trouble(Kind.CUT, Target.CLIENT_TO_NODE), Trouble.COMBINED);
    }
}
