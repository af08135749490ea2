// SPDX-License-Identifier: Apache-2.0
package io.granary.concurrent;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.backing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadLoopTest {
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final ThreadLoop loop = ThreadLoop.start("test-loop", faults::add);

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void tasksRunOneAfterTheOtherInTheOrderOfEachThread() {
        int threads = 4;
        int each = 100_000;
        int[] last = new int[threads];
        AtomicInteger wrong = new AtomicInteger();
        AtomicBoolean inside = new AtomicBoolean();
        List<CompletableFuture<Void>> feeders = IntStream.range(0, threads)
                .mapToObj(t -> CompletableFuture.runAsync(
                        () -> {
                            for (int i = 1; i <= each; i++) {
                                int number = i;
                                loop.execute(() -> {
                                    if (!inside.compareAndSet(false, true) || last[t] + 1 != number) {
                                        wrong.incrementAndGet();
                                    }
                                    last[t] = number;
                                    inside.set(false);
                                });
                            }
                        },
                        new ThreadPerTask()))
                .toList();
        feeders.forEach(CompletableFuture::join);

        run(() -> {});
        assertThat(wrong).hasValue(0);
        assertThat(last).containsOnly(each);
    }

    @Test
    void aTaskThatTheLoopGivesItselfRunsAfterThoseThatWait() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CountDownLatch begin = new CountDownLatch(1);
        loop.execute(() -> {
            hold(begin);
            loop.execute(() -> ran.add("own"));
        });
        loop.execute(() -> ran.add("other"));
        begin.countDown();

        await().untilAsserted(() -> assertThat(ran).containsExactly("other", "own"));
    }

    @Test
    void aLoopThatGivesItselfMoreThanItsQueueHoldsNeitherWaitsNorReorders() {
        int count = 300_000;
        List<Integer> ran = new ArrayList<>(count);
        run(() -> {
            for (int i = 0; i < count; i++) {
                int number = i;
                loop.execute(() -> ran.add(number));
            }
        });

        await().atMost(Patience.of(Duration.ofSeconds(20))).until(() -> get(ran::size) == count);
        assertThat(ran).isSorted();
    }

    @Test
    void neitherOwnTasksNorTimersStarveTheOthers() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        loop.execute(new Runnable() {
            @Override
            public void run() {
                if (!stop.get()) {
                    loop.execute(this);
                }
            }
        });
        loop.execute(new Runnable() {
            @Override
            public void run() {
                if (!stop.get()) {
                    loop.schedule(Duration.ZERO, this);
                }
            }
        });
        CountDownLatch ran = new CountDownLatch(2);
        loop.execute(ran::countDown);
        loop.schedule(Duration.ofMillis(1), ran::countDown);

        assertThat(ran.await(Patience.seconds(10), TimeUnit.SECONDS)).isTrue();
        stop.set(true);
    }

    @Test
    void timersRunWhenTheyAreDueAndInThatOrder() {
        List<Integer> ran = new CopyOnWriteArrayList<>();
        long begin = System.nanoTime();
        List<Long> early = new CopyOnWriteArrayList<>();
        for (int millis : new int[] {90, 30, 60, 0, -5}) {
            loop.schedule(Duration.ofMillis(millis), () -> {
                ran.add(millis);
                if (System.nanoTime() - begin < Duration.ofMillis(millis).toNanos()) {
                    early.add((long) millis);
                }
            });
        }

        await().untilAsserted(() -> assertThat(ran).hasSize(5));
        assertThat(ran.subList(2, 5)).containsExactly(30, 60, 90);
        assertThat(early).isEmpty();
    }

    @Test
    void timersOfOneMomentKeepTheirOrder() {
        List<Integer> ran = new CopyOnWriteArrayList<>();
        run(() -> {
            for (int i = 0; i < 100; i++) {
                int number = i;
                loop.schedule(Duration.ofMillis(20), () -> ran.add(number));
            }
        });

        await().untilAsserted(() -> assertThat(ran).hasSize(100).isSorted());
    }

    @Test
    void aTimerThatIsCalledOffDoesNotRun() {
        AtomicInteger ran = new AtomicInteger();
        Loop.Timer fromOutside = loop.schedule(Duration.ofMillis(50), ran::incrementAndGet);
        Loop.Timer fromInside = get(() -> loop.schedule(Duration.ofMillis(50), ran::incrementAndGet));
        Loop.Timer kept = loop.schedule(Duration.ofMillis(60), () -> ran.addAndGet(100));

        fromOutside.cancel();
        fromOutside.cancel();
        loop.execute(fromInside::cancel);

        await().untilAtomic(ran, org.hamcrest.Matchers.equalTo(100));
        kept.cancel();
        kept.cancel();
    }

    @Test
    void aMillionTimersThatAreCalledOffAreForgotten() {
        // Each holds 1 KiB until it is called off: they would not fit if what is called off were kept.
        run(() -> {
            for (int i = 0; i < 1_000_000; i++) {
                byte[] ballast = new byte[1_024];
                loop.schedule(Duration.ofDays(1), () -> assertThat(ballast).isNotNull())
                        .cancel();
            }
        });
        AtomicInteger ran = new AtomicInteger();
        loop.schedule(Duration.ofDays(400_000), ran::incrementAndGet);
        loop.schedule(Duration.ofMillis(1), ran::incrementAndGet);
        await().untilAtomic(ran, org.hamcrest.Matchers.equalTo(1));
    }

    @Test
    void whoFindsTheQueueFullWaitsAndLosesNothing() throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        loop.execute(() -> hold(begin));
        AtomicInteger given = new AtomicInteger();
        AtomicInteger ran = new AtomicInteger();
        int count = 100_000;
        CompletableFuture<Void> feeder = CompletableFuture.runAsync(
                () -> {
                    for (int i = 0; i < count; i++) {
                        loop.execute(ran::incrementAndGet);
                        given.incrementAndGet();
                    }
                },
                new ThreadPerTask());

        await().until(() -> given.get() >= 1 << 16);
        assertThat(feeder).isNotDone();
        assertThat(given.get()).isLessThan(count);
        begin.countDown();

        feeder.get(Patience.seconds(20), TimeUnit.SECONDS);
        await().untilAtomic(ran, org.hamcrest.Matchers.equalTo(count));
    }

    @Test
    void aTaskThatThrowsIsReportedAndTheLoopGoesOn() {
        loop.execute(() -> {
            throw new IllegalStateException("planted");
        });
        loop.schedule(Duration.ZERO, () -> {
            throw new AssertionError("planted too");
        });

        await().untilAsserted(() -> assertThat(faults).hasSize(2));
        assertThat(get(() -> 7)).isEqualTo(7);
    }

    @Test
    void aReporterThatThrowsDoesNotEndTheLoop() {
        try (ThreadLoop fragile = ThreadLoop.start("fragile", fault -> {
            throw new IllegalStateException("reporter", fault);
        })) {
            fragile.execute(() -> {
                throw new IllegalStateException("planted");
            });
            AtomicInteger ran = new AtomicInteger();
            fragile.execute(ran::incrementAndGet);
            await().untilAtomic(ran, org.hamcrest.Matchers.equalTo(1));
        }
    }

    @Test
    void aStrayInterruptDoesNotEndTheLoop() {
        loop.execute(() -> Thread.currentThread().interrupt());
        assertThat(get(() -> 7)).isEqualTo(7);
        assertThat(faults).isEmpty();
    }

    @Test
    void itKnowsItsOwnThread() {
        assertThat(loop.isCurrent()).isFalse();
        assertThat(get(loop::isCurrent)).isTrue();
    }

    @Test
    void afterTheCloseNothingRunsAndNothingIsTaken() {
        AtomicInteger ran = new AtomicInteger();
        loop.schedule(Duration.ofMillis(20), ran::incrementAndGet);
        loop.close();
        loop.close();

        assertThatThrownBy(() -> loop.execute(ran::incrementAndGet))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("test-loop");
        assertThatThrownBy(() -> loop.schedule(Duration.ZERO, ran::incrementAndGet))
                .isInstanceOf(RejectedExecutionException.class);
        assertThat(loop.offer(ran::incrementAndGet)).isFalse();
        assertThat(ran).hasValue(0);
    }

    @Test
    void aLoopMayCloseItself() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        AtomicInteger ran = new AtomicInteger();
        loop.execute(() -> {
            loop.close();
            closed.complete(null);
        });
        closed.orTimeout(Patience.seconds(10), TimeUnit.SECONDS).join();
        assertThatThrownBy(() -> loop.execute(ran::incrementAndGet)).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void whoWaitsForRoomIsRefusedWhenTheLoopCloses() {
        CountDownLatch begin = new CountDownLatch(1);
        loop.execute(() -> hold(begin));
        AtomicInteger given = new AtomicInteger();
        CompletableFuture<Void> feeder = CompletableFuture.runAsync(
                () -> {
                    while (true) {
                        loop.execute(() -> {});
                        given.incrementAndGet();
                    }
                },
                new ThreadPerTask());
        await().until(() -> given.get() >= 1 << 16);
        CompletableFuture<Void> closer = CompletableFuture.runAsync(loop::close, new ThreadPerTask());

        assertThatThrownBy(() -> feeder.get(Patience.seconds(10), TimeUnit.SECONDS))
                .hasCauseInstanceOf(RejectedExecutionException.class);
        begin.countDown();
        closer.orTimeout(Patience.seconds(10), TimeUnit.SECONDS).join();
    }

    private void run(Runnable task) {
        get(() -> {
            task.run();
            return 0;
        });
    }

    private <T> T get(java.util.function.Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, loop)
                .orTimeout(Patience.seconds(60), TimeUnit.SECONDS)
                .join();
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await(Patience.seconds(30), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
