// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.model.Sku;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StandingTest {
    private static final Instant NOON = Instant.parse("2026-03-27T12:00:00Z");
    private static final Duration AHEAD = Duration.ofMinutes(5);

    private static TaskDefinition sale(Timing timing, Duration ahead) {
        return new TaskDefinition("sale", TaskKind.OPEN_SALE, new Sku("A"), 0, ahead, null, timing);
    }

    private static TaskDefinition hourly() {
        return new TaskDefinition(
                "hourly",
                TaskKind.RECONCILE,
                null,
                0,
                Duration.ZERO,
                null,
                new Timing.Every(Duration.ofHours(1), NOON));
    }

    @Test
    void aSaleIsPreparedAndThenOpened() {
        TaskDefinition task = sale(new Timing.At(NOON), AHEAD);
        Standing standing = Standing.fresh(task, NOON.minusSeconds(3_600));
        assertThat(standing.wake(task)).contains(NOON.minus(AHEAD));
        assertThat(standing.occasion(task, NOON.minus(AHEAD).minusMillis(1))).isEmpty();

        Occasion prepare = standing.occasion(task, NOON.minus(AHEAD)).orElseThrow();
        assertThat(prepare.step()).isEqualTo(Step.PREPARE);
        standing = standing.after(task, prepare, NOON.minus(AHEAD));
        assertThat(standing.wake(task)).contains(NOON);
        assertThat(standing.occasion(task, NOON.minusMillis(1))).isEmpty();

        Occasion open = standing.occasion(task, NOON).orElseThrow();
        assertThat(open).isEqualTo(new Occasion(Occasion.Cause.SCHEDULED, Step.RUN, NOON, null));
        standing = standing.after(task, open, NOON);
        assertThat(standing.wake(task)).isEmpty();
        assertThat(standing.occasion(task, NOON.plusSeconds(1))).isEmpty();
    }

    @Test
    void whoAsksGetsARunThatMovesNoTime() {
        TaskDefinition task = sale(new Timing.At(NOON), AHEAD);
        Instant early = NOON.minusSeconds(3_600);
        Standing standing = Standing.fresh(task, early).wanted(early, "ada");
        assertThat(standing.wanted(early.plusSeconds(1), "bob")).isEqualTo(standing);
        assertThat(standing.wake(task)).contains(early);

        Occasion asked = standing.occasion(task, early).orElseThrow();
        assertThat(asked).isEqualTo(new Occasion(Occasion.Cause.ASKED, Step.RUN, early, "ada"));
        standing = standing.after(task, asked, early);
        assertThat(standing).isEqualTo(Standing.fresh(task, early));
    }

    @Test
    void aPausedTaskRunsOnlyWhenAsked() {
        TaskDefinition task = hourly();
        Standing standing = Standing.fresh(task, NOON).pause();
        assertThat(standing.wake(task)).isEmpty();
        assertThat(standing.occasion(task, NOON.plusSeconds(10_000))).isEmpty();
        assertThat(standing.wanted(NOON, "ada").occasion(task, NOON)).isPresent();
    }

    @Test
    void whatWasMissedWhilePausedIsMadeUpForByAOneOffOnly() {
        Instant later = NOON.plusSeconds(7_300);
        TaskDefinition task = hourly();
        assertThat(Standing.fresh(task, NOON).pause().resume(task, later).wake(task))
                .contains(NOON.plusSeconds(10_800));
        TaskDefinition sale = sale(new Timing.At(NOON), Duration.ZERO);
        assertThat(Standing.fresh(sale, NOON.minusSeconds(1))
                        .pause()
                        .resume(sale, later)
                        .wake(sale))
                .contains(NOON);
    }

    @Test
    void resumingWhatIsNotPausedChangesNothing() {
        TaskDefinition task = hourly();
        Standing standing = Standing.fresh(task, NOON);
        assertThat(standing.resume(task, NOON.plusSeconds(9_999))).isEqualTo(standing);
    }

    /** Whatever happens in whatever order: no time is run twice, and none that is past is left behind for ever. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void noTimeIsRunTwice(long seed) {
        Random random = new Random(seed);
        TaskDefinition task = new TaskDefinition(
                "sale",
                TaskKind.OPEN_SALE,
                new Sku("A"),
                0,
                Duration.ofSeconds(random.nextInt(90)),
                null,
                new Timing.Every(Duration.ofSeconds(60), NOON));
        Standing standing = Standing.fresh(task, NOON);
        List<Occasion> runs = new ArrayList<>();
        Instant now = NOON;
        for (int i = 0; i < 2_000; i++) {
            // Now and then the clock goes back.
            now = now.plusSeconds(random.nextInt(100) - 10);
            switch (random.nextInt(8)) {
                case 0 -> standing = standing.pause();
                case 1 -> standing = standing.resume(task, now);
                default -> {
                    Occasion due = standing.occasion(task, now).orElse(null);
                    if (due != null) {
                        assertThat(due.due()).isBeforeOrEqualTo(now);
                        assertThat(runs).as("seed %s", seed).doesNotContain(due);
                        runs.add(due);
                        standing = standing.after(task, due, now);
                    }
                }
            }
        }
        assertThat(runs.size()).as("seed %s", seed).isGreaterThan(100);
    }
}
