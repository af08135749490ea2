// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import static io.granary.allocator.settlement.Records.naming;
import static io.granary.allocator.settlement.Records.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.settlement.LaneBooks.KnownEpoch;
import io.granary.log.Append;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One lane's settler in virtual time, with a log and books that do what a test says. */
class LaneSettlerTest {
    private static final int LANE = 3;
    private static final Sku SKU = new Sku("hot");
    private static final PartitionId PARTITION = new PartitionId(SKU, 0);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofMillis(50);
    private static final Duration ALARM = Duration.ofSeconds(5);
    private static final SettlementSettings SETTINGS = new SettlementSettings(
            3, 1_000, 1 << 20, PAUSE, Duration.ZERO, Duration.ofSeconds(1), RETRY, ALARM, IdWindow.DEFAULT);

    private final ManualLoop loop = new ManualLoop();
    private final Log log = new Log();
    private final Books books = new Books();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Set<Sku>> told = new ArrayList<>();
    private long seq;
    private int ids;

    private final LaneSettler settler = new LaneSettler(
            LANE, loop, log, books, SETTINGS, new SettlementMetrics(new MeterScope(meters), () -> 0), told::add);

    /** Answers at once, but for who reads at its end: they wait for the next record. */
    private static final class Log implements StockLog {
        static final long STORED_MILLIS = 999_000;
        final List<byte[]> records = new ArrayList<>();
        final Deque<Read> next = new ArrayDeque<>();
        final List<Long> readFrom = new ArrayList<>();
        long first;
        private @Nullable CompletableFuture<Read> waiting;

        void put(byte[] record) {
            records.add(record);
            if (waiting != null) {
                CompletableFuture<Read> woken = waiting;
                waiting = null;
                woken.complete(now(records.size() - 1));
            }
        }

        /** Whoever waits for a record hears this instead. */
        void wakeWith(Read read) {
            CompletableFuture<Read> woken = waiting;
            waiting = null;
            if (woken == null) {
                throw new AssertionError("nobody waits");
            }
            woken.complete(read);
        }

        private Read now(long from) {
            if (from < first) {
                return new Read.Expired(first);
            }
            if (from > records.size()) {
                return new Read.BeyondEnd(records.size());
            }
            List<LaneRecord> found = new ArrayList<>();
            for (long offset = from; offset < records.size(); offset++) {
                found.add(new LaneRecord(offset, STORED_MILLIS, records.get((int) offset)));
            }
            return found.isEmpty() ? new Read.Nothing() : new Read.Records(found);
        }

        @Override
        public CompletableFuture<Read> read(int lane, long from, Duration wait) {
            assertThat(lane).isEqualTo(LANE);
            readFrom.add(from);
            Read scripted = next.poll();
            Read read = scripted == null ? now(from) : scripted;
            if (read instanceof Read.Nothing) {
                waiting = new CompletableFuture<>();
                return waiting;
            }
            return CompletableFuture.completedFuture(read);
        }

        @Override
        public int lanes() {
            return LANE + 1;
        }

        @Override
        public CompletableFuture<Append> append(int lane, byte[] record) {
            throw new AssertionError("a settler does not append");
        }

        @Override
        public void close() {}
    }

    /** Keeps where the lane stands; transactions may be held back, or fail. */
    private static final class Books implements SettlementStore {
        /** A transaction that was begun, and how a test lets it end. */
        record Begun(LaneChange change, CompletableFuture<Outcome> outcome) {}

        final List<LaneChange> applied = new ArrayList<>();
        final Deque<Begun> held = new ArrayDeque<>();
        final Deque<CompletableFuture<Outcome>> next = new ArrayDeque<>();
        final List<Set<EpochKey>> asked = new ArrayList<>();
        /** Slots that were granted nothing. */
        final Set<Integer> without = new HashSet<>();

        /** The last seq that was applied of each slot. */
        final Map<Integer, Long> seqs = new HashMap<>();

        final Map<Long, Long> skips = new HashMap<>();
        /** Whoever asks for skips waits for this. */
        CompletableFuture<Void> skipsKnown = CompletableFuture.completedFuture(null);

        int rehearsals;
        boolean holding;
        boolean away;
        long settled;
        OptionalLong tail = OptionalLong.empty();

        @Nullable
        String alarm;

        int looks;

        @Override
        public CompletableFuture<LaneStanding> standing(int lane) {
            looks++;
            return away
                    ? CompletableFuture.failedFuture(new IllegalStateException("the books are away"))
                    : CompletableFuture.completedFuture(new LaneStanding(settled, tail, 0, null, alarm));
        }

        @Override
        public CompletableFuture<LaneBooks> find(int lane, Set<Sku> skus, Set<EpochKey> epochs) {
            asked.add(epochs);
            return CompletableFuture.completedFuture(new LaneBooks(
                    Map.of(SKU, 7),
                    epochs.stream()
                            .map(key -> new KnownEpoch(
                                    key,
                                    seqs.getOrDefault(
                                            key.partition().slot(),
                                            key.partition().slot() == 0 ? settled : 0L),
                                    false,
                                    false))
                            .toList()));
        }

        @Override
        public CompletableFuture<Outcome> apply(LaneChange change, @Nullable LaneMark mark) {
            if (!next.isEmpty()) {
                return next.remove();
            }
            if (holding) {
                Begun begun = new Begun(change, new CompletableFuture<>());
                held.add(begun);
                return begun.outcome();
            }
            return CompletableFuture.completedFuture(commit(change));
        }

        Outcome commit(LaneChange change) {
            if (change.from() != settled || alarm != null) {
                return new Outcome.Moved();
            }
            if (isRefused(change)) {
                return new Outcome.Refused("more than was granted");
            }
            settled = change.to();
            tail = OptionalLong.of(change.tail());
            change.epochs().forEach(epoch -> seqs.merge(epoch.slot(), epoch.seq(), Math::max));
            applied.add(change);
            return new Outcome.Applied(change.rows().size(), 0, 0);
        }

        private boolean isRefused(LaneChange change) {
            return change.partitions().stream().anyMatch(of -> of.consumed() > 0 && without.contains(of.slot()));
        }

        @Override
        public CompletableFuture<Outcome> rehearse(LaneChange change) {
            rehearsals++;
            return CompletableFuture.completedFuture(
                    isRefused(change)
                            ? new Outcome.Refused("more than was granted")
                            : new Outcome.Applied(change.rows().size(), 0, 0));
        }

        /** Ends the oldest transaction that is held. */
        void commitHeld() {
            Begun begun = held.remove();
            begun.outcome().complete(commit(begun.change()));
        }

        @Override
        public CompletableFuture<Void> clear(int lane, long at, String why) {
            if (settled == at && why.equals(alarm)) {
                alarm = null;
            }
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Boolean> isSkipped(int lane, long offset, long print) {
            return skipsKnown.thenApply(known -> Long.valueOf(print).equals(skips.get(offset)));
        }

        @Override
        public CompletableFuture<Void> raise(int lane, long at, String why) {
            if (settled == at && alarm == null) {
                alarm = why;
            }
            return CompletableFuture.completedFuture(null);
        }
    }

    private byte[] sale() {
        return record().deductions(PARTITION, 1, ++seq, RequestId.of("order " + ++ids), 1)
                .bytes();
    }

    private void sell(int records) {
        for (int i = 0; i < records; i++) {
            log.put(sale());
        }
        loop.run();
    }

    private void start() {
        settler.start();
        loop.run();
    }

    private List<String> transactions() {
        return books.applied.stream()
                .map(change -> change.from() + "–" + change.to())
                .toList();
    }

    private double faults() {
        return meters.counter("granary.settlement.faults").count();
    }

    private double alarms() {
        return meters.get("granary.settlement.lanes.alarmed").gauge().value();
    }

    @Nested
    class InOrder {
        @Test
        void whatIsThereIsAppliedAtOnceAndItsSkusAreTold() {
            sell(2);
            start();

            assertThat(transactions()).containsExactly("0–2");
            assertThat(told).containsExactly(Set.of(SKU));
        }

        @Test
        void aTransactionHasAtMostSoManyRecords() {
            sell(7);
            start();
            assertThat(transactions()).containsExactly("0–3", "3–6");

            loop.pass(PAUSE);
            assertThat(transactions()).containsExactly("0–3", "3–6", "6–7");
        }

        @Test
        void oneThatIsNotFullWaitsForThePauseSinceTheLastOneBegan() {
            sell(1);
            start();
            loop.pass(PAUSE.dividedBy(4));
            sell(1);
            loop.pass(PAUSE.dividedBy(2));
            sell(1);
            assertThat(transactions()).containsExactly("0–1");

            loop.pass(PAUSE.dividedBy(4));
            assertThat(transactions()).containsExactly("0–1", "1–3");
        }

        @Test
        void oneThatIsFullDoesNotWait() {
            sell(1);
            start();
            sell(3);

            assertThat(transactions()).containsExactly("0–1", "1–4");
        }

        @Test
        void oneAtATimeWhileReadingGoesOn() {
            books.holding = true;
            sell(2);
            start();
            sell(5);
            loop.pass(PAUSE.multipliedBy(3));
            assertThat(books.held).hasSize(1);
            assertThat(log.readFrom).containsExactly(0L, 2L, 3L, 7L);

            books.commitHeld();
            loop.run();
            assertThat(books.held).hasSize(1);
            assertThat(books.held.element().change().from()).isEqualTo(2);
            assertThat(books.held.element().change().to()).isEqualTo(5);
        }

        @Test
        void whatTheBooksSaidOfAnEpochIsNotAskedForAgain() {
            start();
            sell(1);
            loop.pass(PAUSE);
            sell(1);
            loop.pass(PAUSE);

            assertThat(transactions()).containsExactly("0–1", "1–2");
            assertThat(books.asked).containsExactly(Set.of(new EpochKey(PARTITION, 1)));
        }

        @Test
        void itGoesOnWhereTheBooksStandNotAtTheBeginning() {
            sell(3);
            books.settled = 2;
            books.tail = OptionalLong.of(LaneRecord.print(log.records.get(1)));
            start();

            assertThat(transactions()).containsExactly("2–3");
        }

        @Test
        void theAgeOfWhatIsReadAndNotAppliedIsTheLag() {
            books.holding = true;
            sell(1);
            start();
            assertThat(settler.lagMillis()).isPositive().isEqualTo(loop.currentTimeMillis() - Log.STORED_MILLIS);

            books.commitHeld();
            loop.run();
            assertThat(settler.lagMillis()).isZero();
        }
    }

    @Nested
    class OnlyProven {
        private byte[] sale(long acknowledged) {
            return naming(acknowledged)
                    .deductions(PARTITION, 1, ++seq, RequestId.of("order " + ++ids), 1)
                    .bytes();
        }

        private double unproven() {
            return meters.get("granary.settlement.unproven").gauge().value();
        }

        @Test
        void whatIsSeenIsAppliedWhenItIsKnownToBeAcknowledged() {
            log.put(sale(-1));
            start();
            loop.pass(PAUSE.multipliedBy(5));
            assertThat(transactions()).isEmpty();
            assertThat(unproven()).isEqualTo(1);
            assertThat(settler.lagMillis()).isZero();

            log.put(naming(0).bytes());
            loop.pass(PAUSE);
            assertThat(transactions()).containsExactly("0–1");
            assertThat(unproven()).isZero();
        }

        @Test
        void whatIsLostBeforeItsProofWasNeverApplied() {
            log.put(sale(-1));
            start();
            log.records.set(0, naming(-1).fence(PARTITION, 2).bytes());
            log.put(naming(0).bytes());
            loop.pass(PAUSE);

            assertThat(books.applied).singleElement().satisfies(change -> {
                assertThat(change.rows()).isEmpty();
                assertThat(change.fences()).hasSize(1);
            });
            assertThat(books.alarm).isNull();
        }

        @Test
        void thatTheLogEndsBeforeWhatWasSeenIsNoFault() {
            log.put(sale(-1));
            log.put(sale(-1));
            start();
            log.records.clear();
            log.wakeWith(new Read.BeyondEnd(0));
            loop.run();
            assertThat(faults()).isZero();
            assertThat(books.alarm).isNull();

            seq = 0;
            log.put(sale(-1));
            log.put(sale(0));
            log.put(sale(1));
            loop.pass(PAUSE);
            assertThat(transactions()).containsExactly("0–2");
        }

        @Test
        void inABusyLaneEachReadProvesAllButItsLast() {
            log.put(sale(-1));
            log.put(sale(0));
            log.put(sale(1));
            start();
            assertThat(transactions()).containsExactly("0–2");
            log.put(sale(2));
            log.put(sale(3));
            log.put(naming(4).bytes());
            loop.pass(PAUSE);

            assertThat(transactions()).containsExactly("0–2", "2–5");
        }

        @Test
        void whoWaitsForAProofReadsOnlyWhenSomethingComesOrTheWaitIsOver() {
            log.put(sale(-1));
            start();
            loop.pass(ALARM);
            assertThat(log.readFrom).containsExactly(0L, 1L);

            log.wakeWith(new Read.Nothing());
            loop.pass(ALARM);
            assertThat(log.readFrom).containsExactly(0L, 1L, 0L, 1L);
        }

        @Test
        void whatCannotBeReadIsNoAlarmBeforeItsProof() {
            log.put(new byte[] {1, 2, 3});
            start();
            loop.pass(PAUSE);
            assertThat(books.alarm).isNull();

            log.put(naming(0).bytes());
            loop.pass(PAUSE);
            assertThat(books.alarm).startsWith("the record at 0 can't be applied: malformed");
        }
    }

    @Nested
    class AfterAFault {
        @Test
        void ofTheLogItBeginsAgainFromTheBooks() {
            log.next.add(new Read.Failed("the broker is away"));
            sell(2);
            start();
            assertThat(transactions()).isEmpty();

            loop.pass(Duration.ofMillis(20));
            assertThat(transactions()).containsExactly("0–2");
            assertThat(books.looks).isEqualTo(2);
            assertThat(faults()).isEqualTo(1);
        }

        @Test
        void itPausesTwiceAsLongEachTimeUpToTheLongest() {
            books.away = true;
            start();
            for (long millis : new long[] {20, 40, 50, 50}) {
                int looks = books.looks;
                loop.pass(Duration.ofMillis(millis - 1));
                assertThat(books.looks).isEqualTo(looks);
                loop.pass(Duration.ofMillis(1));
                assertThat(books.looks).isEqualTo(looks + 1);
            }
        }

        @Test
        void aTransactionThatSucceedsMakesPausesShortAgain() {
            books.away = true;
            start();
            loop.pass(RETRY.multipliedBy(10));
            books.away = false;
            sell(1);
            loop.pass(RETRY);
            assertThat(transactions()).containsExactly("0–1");

            books.next.add(CompletableFuture.failedFuture(new IllegalStateException("the connection broke")));
            sell(3);
            loop.pass(Duration.ofMillis(20));
            assertThat(transactions()).containsExactly("0–1", "1–4");
        }

        @Test
        void ofACommitThatHappenedAllTheSameNothingIsAppliedTwice() {
            books.holding = true;
            sell(2);
            start();
            Books.Begun begun = books.held.remove();
            books.commit(begun.change());
            begun.outcome().completeExceptionally(new IllegalStateException("the connection broke at the commit"));
            books.holding = false;
            sell(1);
            loop.pass(PAUSE);

            assertThat(transactions()).containsExactly("0–2", "2–3");
        }

        @Test
        void whereAnotherSettlerWasFirstItGoesOnBehindIt() {
            books.holding = true;
            sell(3);
            start();
            books.settled = 2;
            books.tail = OptionalLong.of(LaneRecord.print(log.records.get(1)));
            books.holding = false;
            books.commitHeld();
            loop.pass(PAUSE);

            assertThat(transactions()).containsExactly("2–3");
            assertThat(books.alarm).isNull();
        }
    }

    @Nested
    class TheTail {
        private void settledTwoOf(byte[] second) {
            log.put(sale());
            log.put(sale());
            books.settled = 2;
            books.tail = OptionalLong.of(LaneRecord.print(second));
        }

        @Test
        void thatIsAnotherRecordStopsTheLane() {
            settledTwoOf(new byte[] {1, 2, 3});
            start();

            assertThat(books.alarm).contains("the record at 1 is another than the one that was applied");
            assertThat(transactions()).isEmpty();
        }

        @Test
        void thatIsNotShownIsLookedForFiveTimesBeforeItIsLost() {
            books.settled = 2;
            books.tail = OptionalLong.of(1);
            start();
            loop.pass(RETRY.multipliedBy(4).minusMillis(1));
            assertThat(books.alarm).isNull();

            loop.pass(Duration.ofMillis(1));
            assertThat(books.alarm).isEqualTo("settled up to 2, but the log says: BeyondEnd[end=0]");
        }

        @Test
        void thatIsShownAgainInTimeIsNoAlarm() {
            books.settled = 1;
            byte[] first = sale();
            books.tail = OptionalLong.of(LaneRecord.print(first));
            start();
            loop.pass(RETRY.multipliedBy(3));
            log.put(first);
            sell(1);
            loop.pass(RETRY.plus(PAUSE));

            assertThat(transactions()).containsExactly("1–2");
            assertThat(books.alarm).isNull();
        }

        @Test
        void thatHasExpiredIsNotMissedIfNothingElseIs() {
            settledTwoOf(new byte[] {1, 2, 3});
            log.first = 2;
            sell(1);
            start();

            assertThat(transactions()).containsExactly("2–3");
        }
    }

    /** Slot 0 is seldom the offender, slot 2 never had a unit. */
    @Nested
    class ASectionThatBreaksTheBooks {
        private final PartitionId offender = new PartitionId(SKU, 2);
        private long offenderSeq;

        private Records sale(int... slots) {
            Records record = record();
            for (int slot : slots) {
                long next = slot == 2 ? ++offenderSeq : ++seq;
                record.deductions(new PartitionId(SKU, slot), 1, next, RequestId.of("order " + ++ids), 1);
            }
            return record;
        }

        private List<String> halts() {
            return books.applied.stream()
                    .flatMap(change -> change.epochs().stream())
                    .filter(epoch -> epoch.halted() != null)
                    .map(epoch -> epoch.slot() + " " + epoch.halted())
                    .toList();
        }

        private long sold() {
            return books.applied.stream()
                    .mapToLong(change -> change.rows().size())
                    .sum();
        }

        @Test
        void haltsItsPartitionAndTheLaneGoesOn() {
            books.without.add(2);
            log.put(sale(0).bytes());
            log.put(sale(2).bytes());
            log.put(sale(0).bytes());
            start();
            loop.pass(PAUSE.multipliedBy(5));
            log.put(sale(2, 0).bytes());
            loop.pass(PAUSE.multipliedBy(5));

            assertThat(books.alarm).isNull();
            assertThat(books.settled).isEqualTo(4);
            assertThat(sold()).isEqualTo(3);
            assertThat(halts()).containsExactly("2 lane 3 offset 1, written by node-1: more than was granted");
            assertThat(told).isNotEmpty().allMatch(Set.of(SKU)::equals);
            assertThat(meters.counter("granary.settlement.sections.gap").count())
                    .isEqualTo(2);
        }

        @Test
        void isFoundAmongOthersOfTheSameRecord() {
            books.without.add(2);
            books.without.add(5);
            Records record = record();
            for (int slot = 0; slot < 8; slot++) {
                record.deductions(new PartitionId(SKU, slot), 1, 1, RequestId.of("order " + slot), 1);
            }
            log.put(record.bytes());
            start();
            loop.pass(PAUSE);

            assertThat(books.alarm).isNull();
            assertThat(books.settled).isEqualTo(1);
            assertThat(sold()).isEqualTo(6);
            assertThat(halts()).hasSize(2).first().asString().startsWith("2 ");
            assertThat(books.rehearsals).isBetween(4, 12);
        }

        @Test
        void isNoneIfTheBooksTakeItByThen() {
            books.next.add(
                    CompletableFuture.completedFuture(new SettlementStore.Outcome.Refused("more than was granted")));
            log.put(sale(0, 2).bytes());
            start();
            loop.pass(RETRY.plus(PAUSE));

            assertThat(halts()).isEmpty();
            assertThat(sold()).isEqualTo(2);
        }

        @Test
        void doesNotMakeTransactionsSmallForGood() {
            books.without.add(2);
            log.put(sale(2).bytes());
            start();
            for (int i = 0; i < 9; i++) {
                log.put(sale(0).bytes());
            }
            loop.pass(PAUSE.multipliedBy(5));

            assertThat(transactions()).last().isEqualTo("7–10");
        }

        @Test
        void inARecordWithoutPartitionsStopsTheLane() {
            books.next.add(
                    CompletableFuture.completedFuture(new SettlementStore.Outcome.Refused("the lane has no row")));
            log.put(record().fence(offender, 2).bytes());
            start();

            assertThat(books.alarm).isEqualTo("the books refuse the record at 0: the lane has no row");
            assertThat(told).isEmpty();
        }
    }

    @Nested
    class AnAlarm {
        @Test
        void isRaisedForRecordsThatExpiredBeforeTheyWereApplied() {
            sell(3);
            log.first = 1;
            start();

            assertThat(books.alarm).isEqualTo("the record at 0 is gone: the log begins at 1");
            assertThat(alarms()).isEqualTo(1);
        }

        @Test
        void isRaisedForARecordThatCannotBeReadAfterAllBeforeItIsApplied() {
            log.put(sale());
            log.put(new byte[] {1, 2, 3});
            log.put(sale());
            start();
            loop.pass(PAUSE);

            assertThat(transactions()).containsExactly("0–1");
            assertThat(books.alarm).startsWith("the record at 1 can't be applied: malformed");
        }

        @Test
        void holdsTheLaneWhileItsCauseLasts() {
            books.settled = 2;
            books.tail = OptionalLong.of(1);
            start();
            loop.pass(ALARM.multipliedBy(3));
            assertThat(books.alarm).isEqualTo("settled up to 2, but the log says: BeyondEnd[end=0]");
            assertThat(alarms()).isEqualTo(1);
            assertThat(books.looks).isGreaterThan(5);
            assertThat(transactions()).isEmpty();
        }

        @Test
        void isClearedOnceTheLogHasTheRecordAgain() {
            byte[] first = sale();
            byte[] second = sale();
            books.settled = 2;
            books.tail = OptionalLong.of(LaneRecord.print(second));
            start();
            loop.pass(ALARM);
            assertThat(alarms()).isEqualTo(1);

            log.put(first);
            log.put(second);
            loop.pass(ALARM.plus(RETRY.multipliedBy(5)));
            log.wakeWith(new Read.Nothing());
            loop.run();
            assertThat(books.alarm).isNull();
            assertThat(alarms()).isZero();
            sell(1);
            loop.pass(PAUSE);
            assertThat(transactions()).containsExactly("2–3");
        }

        @Test
        void isClearedOnceAnOperatorHasDecidedToPassTheRecordOver() {
            log.put(sale());
            log.put(new byte[] {1, 2, 3});
            log.put(sale());
            start();
            loop.pass(PAUSE);
            assertThat(alarms()).isEqualTo(1);

            books.skips.put(1L, LaneRecord.print(new byte[] {1, 2, 4}));
            loop.pass(ALARM.multipliedBy(2));
            assertThat(alarms()).as("another record was meant").isEqualTo(1);
            assertThat(transactions()).containsExactly("0–1");

            books.skips.put(1L, LaneRecord.print(new byte[] {1, 2, 3}));
            loop.pass(ALARM.multipliedBy(2));
            assertThat(alarms()).isZero();
            assertThat(books.alarm).isNull();
            assertThat(transactions()).containsExactly("0–1", "1–3");
        }

        @Test
        void holdsTheLaneWhileTheBooksAreAskedOfWhatStandsThere() {
            log.put(sale());
            log.put(new byte[] {1, 2, 3});
            log.put(sale());
            start();
            loop.pass(PAUSE);
            assertThat(alarms()).isEqualTo(1);

            books.skipsKnown = new CompletableFuture<>();
            loop.pass(ALARM);
            log.wakeWith(new Read.Nothing());
            loop.run();
            assertThat(books.alarm).isNotNull();
            assertThat(alarms()).isEqualTo(1);
        }

        @Test
        void isNotCountedOnceTheLaneIsAnothers() {
            log.put(new byte[] {1, 2, 3});
            log.put(sale());
            start();
            assertThat(alarms()).isEqualTo(1);
            settler.stop();

            assertThat(alarms()).isZero();
        }
    }

    @Nested
    class Stopped {
        @Test
        void itBeginsNothingMore() {
            sell(1);
            start();
            settler.stop();
            sell(3);
            loop.pass(ALARM);

            assertThat(transactions()).containsExactly("0–1");
            assertThat(books.looks).isEqualTo(1);
        }

        @Test
        void aTransactionOnItsWayIsStillToldWhenItEnds() {
            books.holding = true;
            sell(1);
            start();
            settler.stop();
            books.commitHeld();
            loop.pass(ALARM);

            assertThat(told).containsExactly(Set.of(SKU));
            assertThat(books.looks).isEqualTo(1);
        }

        @Test
        void onceItIsStartedAgainWhatWasReadBeforeIsForgotten() {
            books.holding = true;
            sell(2);
            start();
            settler.stop();
            books.holding = false;
            start();
            loop.pass(PAUSE);
            books.commitHeld();
            loop.pass(PAUSE);

            assertThat(transactions()).containsExactly("0–2");
            assertThat(faults()).isZero();
        }
    }
}
