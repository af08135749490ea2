// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.allocator.allocation.LeadershipLostException;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.schedule.Occasion.Cause;
import io.granary.allocator.schedule.TaskRun.Outcome;
import io.granary.allocator.store.Books;
import io.granary.allocator.store.Drift;
import io.granary.allocator.store.Reconcile;
import io.granary.allocator.store.SqlTaskStore;
import io.granary.api.RebalanceKind;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TaskSchedulerIT {
    private static final Sku SKU = new Sku("A/B%C.D");
    private static final ScheduleSettings QUICK = new ScheduleSettings(
            3, Duration.ofMillis(20), Duration.ofMillis(100), 4, Duration.ofMillis(50), Duration.ZERO, 10);
    private final Books books = Books.open();
    private final TaskStore store = new SqlTaskStore(books.database().transactions(), QUICK.historyRuns());
    private final Set<Sku> changed = ConcurrentHashMap.newKeySet();
    private final AtomicInteger drains = new AtomicInteger();
    private final List<TaskScheduler> started = new ArrayList<>();
    private long term;

    @AfterEach
    void close() {
        started.forEach(TaskScheduler::close);
        try {
            assertThat(new Reconcile(books.database()).check()).isEmpty();
        } finally {
            books.close();
        }
    }

    private TaskScheduler start(String name, TaskStore.Witness witness) {
        TaskScheduler scheduler = TaskScheduler.start(
                name,
                books.database()::wakeUps,
                store,
                witness,
                new TaskScheduler.Listener() {
                    @Override
                    public void onChanged(Set<Sku> skus) {
                        changed.addAll(skus);
                    }

                    @Override
                    public void onDrains() {
                        drains.incrementAndGet();
                    }
                },
                QUICK,
                new MeterScope(new SimpleMeterRegistry()));
        started.add(scheduler);
        return scheduler;
    }

    private TaskScheduler lead(String name) {
        return lead(
                name,
                () -> new Reconcile(books.database())
                        .check().stream().map(Drift::toString).toList());
    }

    private TaskScheduler lead(String name, Supplier<List<String>> reconciliation) {
        TaskScheduler scheduler = start(name, new Told(reconciliation, Told.NOTHING_SPECIAL::nodes));
        scheduler.begin(nextTerm());
        return scheduler;
    }

    private long nextTerm() {
        books.update("update leader_term set term = term + 1");
        return ++term;
    }

    private void addPausedSku(int slots, long units) {
        books.addSku(SKU, slots, units);
        books.update("update sku set state = 'PAUSED' where code = ?", SKU.code());
    }

    private String state() {
        return books.texts("select state from sku where code = ?", SKU.code()).get(0);
    }

    private TaskDefinition sale(String name, Instant at, Duration ahead, long units) {
        return new TaskDefinition(name, TaskKind.OPEN_SALE, SKU, units, ahead, null, new Timing.At(at));
    }

    private static TaskDefinition reconcile(String name, Timing timing) {
        return new TaskDefinition(name, TaskKind.RECONCILE, null, 0, Duration.ZERO, null, timing);
    }

    private TaskDefinition topUp(String name, long units) {
        return new TaskDefinition(name, TaskKind.TOP_UP, SKU, units, Duration.ZERO, null, new Timing.At(store.now()));
    }

    private List<TaskRun> history(String name) {
        return store.history(name, 100).orElseThrow();
    }

    private List<TaskRun> awaitRuns(String name, int count) {
        await().until(() -> history(name).size() >= count);
        return history(name);
    }

    @Test
    void aSaleIsPreparedAndOpensAtItsTime() {
        addPausedSku(2, 1_000);
        books.own(new PartitionId(SKU, 0), 1, "node-1", 0);
        books.own(new PartitionId(SKU, 1), 1, "node-1", 0);
        books.grant(new PartitionId(SKU, 0), 50);
        Instant at = store.now().plusSeconds(2);
        assertThat(store.create(sale("opening", at, Duration.ofHours(1), 400), Operator.named("ada")))
                .isEqualTo(TaskStore.Created.CREATED);
        lead("one");

        TaskRun prepared = awaitRuns("opening", 1).get(0);
        assertThat(prepared.occasion().step()).isEqualTo(Step.PREPARE);
        assertThat(prepared.outcome()).isEqualTo(Outcome.DONE);
        assertThat(prepared.detail())
                .isEqualTo(
                        "2 of 2 partitions of A/B%C.D have units; granted 350 units: pool 400 of 400, inventory 600");
        assertThat(books.numbers("select granted from `partition` order by slot"))
                .containsExactly(200L, 200L);
        assertThat(state()).isEqualTo("PAUSED");

        TaskRun opened = awaitRuns("opening", 2).get(0);
        assertThat(opened.occasion())
                .isEqualTo(new Occasion(
                        Cause.SCHEDULED,
                        Step.RUN,
                        store.task("opening")
                                .orElseThrow()
                                .definition()
                                .timing()
                                .first(at)
                                .orElseThrow(),
                        null));
        assertThat(opened.ended()).isAfterOrEqualTo(opened.occasion().due());
        assertThat(opened.outcome()).isEqualTo(Outcome.DONE);
        assertThat(state()).isEqualTo("SELLING");
        await().until(() -> changed.contains(SKU));
        await().until(() -> books.number("select count(*) from scheduled_tasks"), rows -> rows == 0);
        assertThat(store.task("opening").orElseThrow().standing().next()).isNull();
    }

    @Test
    void aSaleThatIsOpenAlreadyIsNoFault() {
        books.addSku(SKU, 1, 10);
        store.create(sale("opening", store.now(), Duration.ZERO, 0), Operator.named("ada"));
        lead("one");
        assertThat(awaitRuns("opening", 1).get(0).outcome()).isEqualTo(Outcome.NOTHING);
    }

    @Test
    void aPoolIsToppedUpFromWhatTheInventoryHas() {
        books.addSku(SKU, 3, 100);
        lead("one");
        store.create(topUp("nobody", 10), Operator.named("ada"));
        assertThat(awaitRuns("nobody", 1).get(0).outcome()).isEqualTo(Outcome.FAILED);
        for (int slot = 0; slot < 3; slot++) {
            books.own(new PartitionId(SKU, slot), 1, "node-1", 0);
        }
        store.create(topUp("most", 250), Operator.named("ada"));
        TaskRun run = awaitRuns("most", 1).get(0);
        assertThat(run.outcome()).isEqualTo(Outcome.DONE);
        assertThat(run.detail()).isEqualTo("granted 100 units: pool 100 of 250, inventory 0");
        assertThat(books.numbers("select granted from `partition` order by slot"))
                .containsExactly(34L, 33L, 33L);
        assertThat(books.texts("select distinct reason from allocation")).containsExactly("OPERATOR");
        store.create(topUp("again", 250), Operator.named("ada"));
        assertThat(awaitRuns("again", 1).get(0).outcome()).isEqualTo(Outcome.NOTHING);
    }

    @Test
    void reconcilingSaysWhatDoesNotAddUp() {
        lead("one", () -> List.of("first drift", "second\ndrift"));
        store.create(reconcile("nightly", new Timing.At(store.now())), Operator.named("ada"));
        TaskRun run = awaitRuns("nightly", 1).get(0);
        assertThat(run.outcome()).isEqualTo(Outcome.DRIFT);
        assertThat(run.detail()).isEqualTo("2: first drift; second drift");
    }

    @Test
    void oneReconcilesAtATimeAndHoldsUpNobody() throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        lead("one", () -> {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            reading.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            atOnce.decrementAndGet();
            return List.of();
        });
        for (int i = 0; i < 5; i++) {
            store.create(reconcile("long-" + i, new Timing.At(store.now())), Operator.named("ada"));
        }
        reading.await();
        addPausedSku(1, 10);
        store.create(sale("opening", store.now(), Duration.ZERO, 0), Operator.named("ada"));
        awaitRuns("opening", 1);
        assertThat(state()).isEqualTo("SELLING");
        go.countDown();
        for (int i = 0; i < 5; i++) {
            awaitRuns("long-" + i, 1);
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void aPeriodicTaskRunsAgainAndAgainAndItsHistoryIsBounded() {
        lead("one");
        store.create(reconcile("often", new Timing.Every(Duration.ofSeconds(1), store.now())), Operator.named("ada"));
        awaitRuns("often", 2);
        List<Instant> times =
                history("often").stream().map(run -> run.occasion().due()).toList();
        assertThat(Duration.between(times.get(1), times.get(0))).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        for (int i = 0; i < 2 * QUICK.historyRuns(); i++) {
            long runs = books.number("select max(id) from task_run");
            store.ask("often", Operator.named("ada"));
            await().until(() -> books.number("select max(id) from task_run"), id -> id > runs);
        }
        assertThat(history("often")).hasSizeLessThanOrEqualTo(QUICK.historyRuns());
    }

    @Test
    void aTaskRunsWhenAskedAlsoWhilePausedAndGoesOnWhenResumed() {
        lead("one");
        store.create(reconcile("cron", new Timing.Cron("* * * * * *", ZoneOffset.UTC)), Operator.named("ada"));
        awaitRuns("cron", 1);
        assertThat(store.pause("cron", Operator.named("ada"))
                        .orElseThrow()
                        .standing()
                        .paused())
                .isTrue();
        // One may have been on its way.
        await().until(() -> store.task("cron").orElseThrow().running() == null);
        int before = history("cron").size();
        store.ask("cron", Operator.named("bob"));
        TaskRun asked = awaitRuns("cron", before + 1).get(0);
        assertThat(asked.occasion().cause()).isEqualTo(Cause.ASKED);
        assertThat(asked.occasion().askedBy()).isEqualTo("bob");
        assertThat(history("cron")).hasSize(before + 1);
        store.resume("cron", Operator.named("ada"));
        awaitRuns("cron", before + 2);
    }

    @Test
    void aTaskThatHasNeverRunRunsWhenAsked() {
        TaskScheduler scheduler = lead("one");
        store.create(reconcile("fresh", new Timing.Every(Duration.ofDays(1), store.now())), Operator.named("ada"));
        scheduler.wake();
        await().until(() -> books.number("select count(*) from scheduled_tasks"), rows -> rows == 1);
        store.ask("fresh", Operator.named("bob"));
        awaitRuns("fresh", 1);
    }

    @Test
    void aDeletedTaskRunsNoMore() {
        TaskScheduler scheduler = lead("one");
        store.create(reconcile("gone", new Timing.Every(Duration.ofDays(1), store.now())), Operator.named("ada"));
        scheduler.wake();
        await().until(() -> books.number("select count(*) from scheduled_tasks"), rows -> rows == 1);
        assertThat(store.delete("gone", Operator.named("ada"))).isTrue();
        assertThat(store.delete("gone", Operator.named("ada"))).isFalse();
        scheduler.wake();
        await().until(() -> books.number("select count(*) from scheduled_tasks"), rows -> rows == 0);
        assertThat(store.history("gone", 1)).isEmpty();
    }

    private TaskDefinition drain(String name, String node) {
        return new TaskDefinition(
                name, TaskKind.REBALANCE, null, 0, Duration.ZERO, Wish.drain(node), new Timing.At(store.now()));
    }

    @Test
    void aDrainIsToldToTheLeader() {
        start("one", Told.NOTHING_SPECIAL).begin(nextTerm());
        store.create(drain("drain", "x"), Operator.named("ada"));
        await().until(() -> drains.get() == 1);
        assertThat(books.texts("select node from node_drain")).containsExactly("x");
        assertThat(awaitRuns("drain", 1).get(0).outcome()).isEqualTo(Outcome.DONE);
    }

    @Test
    void aDrainOfTheLastNodeOrOfAnUnknownOneIsRecordedAsFailedAndLeavesNothingBehind() {
        start("one", Told.NOTHING_SPECIAL).begin(nextTerm());
        store.create(drain("unknown", "z"), Operator.named("ada"));
        assertFailed("unknown", "node: 'z' (expected: one that lives, by its configured name)");
        store.create(drain("first", "x"), Operator.named("ada"));
        assertThat(awaitRuns("first", 1).get(0).outcome()).isEqualTo(Outcome.DONE);
        store.create(drain("last", "y"), Operator.named("ada"));
        assertFailed("last", "node: 'y' (expected: one beside which another is ready and not drained)");
        assertThat(books.texts("select node from node_drain")).containsExactly("x");
        assertThat(books.texts("select node from rebalance")).containsExactly("x");
    }

    private void assertFailed(String task, String detail) {
        TaskRun run = awaitRuns(task, 1).get(0);
        assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(run.detail()).isEqualTo(detail);
    }

    @Test
    void aDrainWaitsForNodesThatAreJoining() {
        AtomicInteger looks = new AtomicInteger();
        LiveNodes none = new LiveNodes(Set.of(), Set.of(), true);
        start("one", new Told(List::of, () -> looks.incrementAndGet() < 3 ? none : Told.nodes("x", "y")))
                .begin(nextTerm());
        store.create(drain("drain", "x"), Operator.named("ada"));
        assertThat(awaitRuns("drain", 1))
                .singleElement()
                .extracting(TaskRun::outcome)
                .isEqualTo(Outcome.DONE);
        assertThat(looks).hasValue(3);
    }

    @Test
    void whatATaskOfAnEarlierVersionCantMeanFailsWhenItRunsAndIsListed() {
        lead("one");
        store.create(
                new TaskDefinition(
                        "even",
                        TaskKind.REBALANCE,
                        null,
                        0,
                        Duration.ZERO,
                        new Wish(RebalanceKind.EVEN, null, null, null, null),
                        new Timing.At(store.now())),
                Operator.named("ada"));
        assertFailed("even", "sku: none (expected: one, for even)");
        assertThat(store.tasks()).extracting(task -> task.definition().name()).containsExactly("even");
    }

    @Test
    void aTopUpStopsAtTheCeilingOfThePlan() {
        books.addSku(SKU, 1, 1_000);
        books.own(new PartitionId(SKU, 0), 1, "node-1", 0);
        books.update("update sku set plan_ceiling_units = 150, plan_ceiling_percent = 10");
        lead("one");
        store.create(topUp("percent", 250), Operator.named("ada"));
        TaskRun run = awaitRuns("percent", 1).get(0);
        assertThat(run.outcome()).isEqualTo(Outcome.DONE);
        assertThat(run.detail())
                .isEqualTo(
                        "granted 100 units: pool 100 of 250, the most that the plan of the SKU allows, inventory 900");

        books.update("update sku set plan_ceiling_percent = 20");
        store.create(sale("opening", store.now().plusSeconds(3_600), Duration.ofHours(2), 250), Operator.named("ada"));
        run = awaitRuns("opening", 1).get(0);
        assertThat(run.outcome()).isEqualTo(Outcome.DONE);
        assertThat(run.detail()).contains("pool 150 of 250, the most that the plan of the SKU allows");

        store.create(topUp("again", 250), Operator.named("ada"));
        run = awaitRuns("again", 1).get(0);
        assertThat(run.outcome()).isEqualTo(Outcome.NOTHING);
        assertThat(run.detail()).isEqualTo("pool 150 of 250, the most that the plan of the SKU allows, inventory 850");

        store.create(topUp("less", 120), Operator.named("ada"));
        assertThat(awaitRuns("less", 1).get(0).detail()).isEqualTo("pool 150 of 120");
    }

    @Test
    void aRebalanceIsBegunOnceAndAFrozenSkuIsLeftAlone() {
        books.addSku(SKU, 1, 10);
        books.own(new PartitionId(SKU, 0), 1, "node-1", 0);
        start("one", Told.NOTHING_SPECIAL).begin(nextTerm());
        for (RebalanceKind kind : List.of(RebalanceKind.EVEN, RebalanceKind.FREEZE)) {
            store.create(
                    new TaskDefinition(
                            kind.name(),
                            TaskKind.REBALANCE,
                            SKU,
                            0,
                            Duration.ZERO,
                            Wish.of(kind, SKU),
                            new Timing.At(store.now())),
                    Operator.named("ada"));
            assertThat(awaitRuns(kind.name(), 1).get(0).outcome()).isEqualTo(Outcome.DONE);
        }
        assertThat(books.texts("select kind, who from rebalance order by id"))
                .containsExactly("EVEN", "task EVEN", "FREEZE", "task FREEZE");
        assertThat(drains).hasValue(0);
        store.create(topUp("frozen", 5), Operator.named("ada"));
        TaskRun run = awaitRuns("frozen", 1).get(0);
        assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(run.detail()).isEqualTo("sku: 'A/B%C.D' is frozen (expected: one that is not; unfreeze it first)");
        books.update("update sku set rebalance = null, frozen = false");
    }

    @Test
    void aFaultThatPassesIsTriedAgain() {
        AtomicInteger faults = new AtomicInteger();
        lead("one", () -> {
            if (faults.incrementAndGet() < 3) {
                throw new IllegalStateException("planted");
            }
            return List.of();
        });
        store.create(reconcile("stubborn", new Timing.At(store.now())), Operator.named("ada"));
        assertThat(awaitRuns("stubborn", 1).get(0).outcome()).isEqualTo(Outcome.DONE);
        assertThat(faults).hasValue(3);
    }

    @Test
    void aRunWhoseAllocatorHasDiedIsDoneByAnother() {
        addPausedSku(1, 10);
        store.create(sale("opening", store.now(), Duration.ZERO, 0), Operator.named("ada"));
        // As kill -9 leaves it: taken on, and nothing was ever heard again.
        books.update("insert into scheduled_tasks (task_name, task_instance, execution_time, picked, picked_by,"
                + " last_heartbeat, consecutive_failures, version) values ('granary', 'opening', utc_timestamp(6), true,"
                + " 'dead', utc_timestamp(6) - interval 1 minute, 0, 2)");
        lead("two");
        TaskRun run = awaitRuns("opening", 1).get(0);
        assertThat(run.allocator()).isEqualTo("two");
        assertThat(state()).isEqualTo("SELLING");
    }

    @Test
    void aRunThatWasDoneBeforeItsAllocatorDiedIsNotDoneAgain() {
        addPausedSku(1, 10);
        store.create(sale("opening", store.now(), Duration.ZERO, 0), Operator.named("ada"));
        store.run(nextTerm(), "opening", "dead", Told.NOTHING_SPECIAL);
        books.update("update sku set state = 'PAUSED'");
        books.update("insert into scheduled_tasks (task_name, task_instance, execution_time, picked, picked_by,"
                + " last_heartbeat, consecutive_failures, version) values ('granary', 'opening', utc_timestamp(6), true,"
                + " 'dead', utc_timestamp(6) - interval 1 minute, 0, 2)");
        lead("two");
        await().until(() -> books.number("select count(*) from scheduled_tasks"), rows -> rows == 0);
        assertThat(history("opening")).hasSize(1);
        assertThat(state()).isEqualTo("PAUSED");
    }

    @Test
    void whoLeadsNoLongerRunsNothing() {
        addPausedSku(1, 10);
        store.create(sale("opening", store.now(), Duration.ZERO, 0), Operator.named("ada"));
        long old = nextTerm();
        nextTerm();
        assertThatThrownBy(() -> store.run(old, "opening", "old", Told.NOTHING_SPECIAL))
                .isInstanceOf(LeadershipLostException.class);
        assertThat(state()).isEqualTo("PAUSED");
        start("follower", Told.NOTHING_SPECIAL);
        lead("leader");
        assertThat(awaitRuns("opening", 1))
                .singleElement()
                .extracting(TaskRun::allocator)
                .isEqualTo("leader");
    }

    @Test
    void ofManyThatBelieveToLeadOneRunsEachTime() {
        addPausedSku(4, 1_000_000);
        for (int slot = 0; slot < 4; slot++) {
            books.own(new PartitionId(SKU, slot), 1, "node-1", 0);
        }
        long same = nextTerm();
        for (String name : List.of("one", "two", "three")) {
            start(name, Told.NOTHING_SPECIAL).begin(same);
        }
        for (int i = 1; i <= 20; i++) {
            store.create(topUp("top-" + i, 1_000L * i), Operator.named("ada"));
        }
        for (int i = 1; i <= 20; i++) {
            assertThat(awaitRuns("top-" + i, 1)).hasSize(1);
        }
        assertThat(books.figures(SKU).pool()).isEqualTo(20_000);
    }

    @Test
    void whatIsCreatedIsListedAsItWasMeant() {
        books.addSku(SKU, 1, 10);
        TaskDefinition sale = sale("b", store.now().plusSeconds(3_600), Duration.ofMinutes(5), 7);
        TaskDefinition rebalance = new TaskDefinition(
                "a",
                TaskKind.REBALANCE,
                SKU,
                0,
                Duration.ZERO,
                new Wish(RebalanceKind.SLOTS, SKU, null, 16, null),
                new Timing.Cron("0 4 * * *", ZoneId.of("Europe/Berlin")));
        assertThat(store.create(sale, Operator.named("ada"))).isEqualTo(TaskStore.Created.CREATED);
        assertThat(store.create(rebalance, Operator.named("bob"))).isEqualTo(TaskStore.Created.CREATED);
        assertThat(store.create(sale, Operator.named("ada"))).isEqualTo(TaskStore.Created.NAME_TAKEN);
        assertThat(store.create(
                        new TaskDefinition(
                                "c",
                                TaskKind.TOP_UP,
                                new Sku("nobody"),
                                1,
                                Duration.ZERO,
                                null,
                                new Timing.At(store.now())),
                        Operator.named("ada")))
                .isEqualTo(TaskStore.Created.UNKNOWN_SKU);
        assertThat(store.tasks()).extracting(Task::definition).containsExactly(rebalance, sale);
        assertThat(store.tasks()).extracting(Task::createdBy).containsExactly("bob", "ada");
        assertThat(store.pause("nobody", Operator.named("ada"))).isEmpty();
        assertThat(store.ask("nobody", Operator.named("ada"))).isEmpty();
        assertThat(store.history("nobody", 1)).isEmpty();
    }
}
