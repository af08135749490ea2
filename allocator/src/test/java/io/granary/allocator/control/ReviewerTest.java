// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.allocation.Action;
import io.granary.allocator.allocation.AllocationPlanner;
import io.granary.allocator.allocation.AllocationSettings;
import io.granary.allocator.allocation.Assignment;
import io.granary.allocator.allocation.GivenLane;
import io.granary.allocator.allocation.Grant;
import io.granary.allocator.allocation.GrantPolicy;
import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.Rebalance;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.control.Reviewer.Review;
import io.granary.allocator.control.Reviewer.Standing;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.proto.LeaderMessage;
import io.granary.proto.Node;
import io.granary.proto.NodeMessage;
import io.granary.proto.PartitionReport;
import io.granary.proto.PartitionReport.State;
import io.granary.proto.Report;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the leader writes and says, given the books of a SKU and what its nodes have reported. */
class ReviewerTest {
    private static final Sku SKU = new Sku("hot");
    private static final Duration NEED_LIFE = Duration.ofSeconds(2);
    private static final Duration JOIN_GRACE = Duration.ofSeconds(1);
    private static final AllocationSettings ALLOCATION =
            new AllocationSettings(Duration.ofSeconds(1), Duration.ofMillis(100), 2, 100, 25_000, 8);

    private final ManualLoop loop = new ManualLoop();
    private final Nodes nodes = new Nodes(JOIN_GRACE);
    private final Placement placement = new Placement();
    private final SkuTrack track = new SkuTrack(SKU);
    private int publishedSlots = 8;
    private final Reviewer reviewer = new Reviewer(
            new AllocationPlanner(new GrantPolicy(ALLOCATION)), nodes, placement, sku -> publishedSlots, NEED_LIFE);

    /** A node at the other end of a link, that says what a test lets it say. */
    private final class Peer implements Connector<LeaderMessage, NodeMessage>, Link<LeaderMessage> {
        private final String incarnation;
        private final int lane;
        private LinkListener<NodeMessage> leader;

        Peer(String incarnation, int lane) {
            this.incarnation = incarnation;
            this.lane = lane;
            NodeSession session = new NodeSession(
                    incarnation,
                    incarnation + ":1",
                    loop,
                    this,
                    ControlMessages.greeting("leader", 1),
                    node -> CompletableFuture.completedFuture(Optional.of(new GivenLane(lane, 0))),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    new Unheard());
            nodes.put(session);
            session.connect();
        }

        /** Becomes ready, with these partitions. */
        Peer reportsAll(PartitionReport... held) {
            say(NodeMessage.newBuilder()
                    .setNode(Node.newBuilder().setIncarnation(incarnation).setLane(lane)));
            say(NodeMessage.newBuilder()
                    .setReport(Report.newBuilder().setFull(true).addAllPartitions(List.of(held))));
            return this;
        }

        void reports(PartitionReport report) {
            say(NodeMessage.newBuilder().setReport(Report.newBuilder().addPartitions(report)));
        }

        private void say(NodeMessage.Builder message) {
            leader.onMessage(message.build());
            loop.run();
        }

        @Override
        public Link<LeaderMessage> connect(String address, LinkListener<NodeMessage> listener) {
            leader = listener;
            return this;
        }

        @Override
        public void send(LeaderMessage message) {}

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static final class Unheard implements NodeSession.Events {
        @Override
        public void onGreeted(NodeSession node) {}

        @Override
        public void onReady(NodeSession node) {}

        @Override
        public void onReport(NodeSession node, PartitionId partition, PartitionReport report) {}

        @Override
        public void onHeardAgain(NodeSession node) {}

        @Override
        public void onFullReport(NodeSession node) {}

        @Override
        public void onCeilingsKept(NodeSession node, long round) {}

        @Override
        public void onLaneRefused(NodeSession node, int lane, String reason) {}

        @Override
        public void onLinkLost(NodeSession node) {}
    }

    private Peer ready(String name, int lane, PartitionReport... held) {
        return new Peer(name + "-1", lane).reportsAll(held);
    }

    private static SkuBook book(int slots, long inventory, PartitionBook... partitions) {
        long pool = 0;
        for (PartitionBook partition : partitions) {
            pool += partition.held();
        }
        return new SkuBook(
                1, SKU, false, slots, inventory, pool, inventory + pool, inventory + pool, List.of(partitions));
    }

    private static SkuBook frozen(SkuBook book) {
        return book.withIntentions(true, book.slots(), book.plan(), null);
    }

    private static PartitionBook owned(int slot, long epoch, String node, long granted) {
        return new PartitionBook(slot, epoch, node + "-1", 0, granted, 0, 0);
    }

    private static PartitionReport report(int slot, long epoch, State state, long granted) {
        return PartitionReport.newBuilder()
                .setSku(SKU.code())
                .setSlot(slot)
                .setEpoch(epoch)
                .setState(state)
                .setGranted(granted)
                .setRemaining(granted)
                .build();
    }

    private static PartitionReport with(PartitionReport report, UnaryOperator<PartitionReport.Builder> change) {
        return change.apply(report.toBuilder()).build();
    }

    private Review review(SkuBook book) {
        return reviewer.review(book, track, loop.nanoTime());
    }

    private boolean needsLook(SkuBook book) {
        return reviewer.needsLook(book, track, loop.nanoTime());
    }

    /** The book has slot 0 at epoch 3 with node a. */
    @ParameterizedTest
    @CsvSource({
        "3, OPENING, OPENING",
        "3, SERVING, OPEN",
        "3, EXHAUSTED, OPEN",
        "3, CLOSED, REFUSED",
        "3, REFUSED, REFUSED",
        "3, STATE_UNSPECIFIED, UNKNOWN",
        "2, SERVING, UNOPENED",
        "2, CLOSED, UNOPENED",
        "4, SERVING, UNKNOWN"
    })
    void aPartitionStandsAsItsOwnerReportsThisEpoch(long epoch, State state, Standing standing) {
        ready("a", 1, report(0, epoch, state, 10));
        PartitionBook partition = owned(0, 3, "a", 10);

        assertThat(reviewer.standing(book(1, 0, partition), partition)).isEqualTo(standing);
    }

    @Test
    void whoDoesNotLiveOwnsNothingAndWhoIsNotHeardYetIsNotJudged() {
        new Peer("mute-1", 1);
        ready("a", 2);

        SkuBook book = book(3, 0, owned(0, 1, "gone", 1), owned(1, 1, "mute", 1), owned(2, 1, "a", 1));
        assertThat(book.allPartitions())
                .extracting(partition -> reviewer.standing(book, partition))
                .containsExactly(Standing.UNOWNED, Standing.UNKNOWN, Standing.UNOPENED);
    }

    @Nested
    class Assigning {
        @Test
        void newSlotsAreSpreadOverTheNodesAndGetTheirFirstUnitsInTheSameChange() {
            ready("a", 1);
            ready("b", 2);
            placement.reset(Map.of("b-1", 10));

            Review review = review(book(2, 60_000));
            assertThat(review.change().assignments())
                    .containsExactly(new Assignment(0, 0, "a-1", 1), new Assignment(1, 0, "b-1", 2));
            assertThat(review.change().grants())
                    .containsExactly(
                            new Grant(0, 1, 15_000, Grant.Reason.FIRST), new Grant(1, 1, 15_000, Grant.Reason.FIRST));
            assertThat(review.waiting()).isFalse();
        }

        @Test
        void aSlotOfWhichClientsCanNotKnowYetWaits() {
            ready("a", 1);
            publishedSlots = 1;

            Review review = review(book(2, 60_000));
            assertThat(review.change().assignments()).containsExactly(new Assignment(0, 0, "a-1", 1));
            assertThat(review.change().grants()).extracting(Grant::slot).containsExactly(0);
            assertThat(review.waiting()).isTrue();
            assertThat(review.unplaced()).isFalse();
        }

        @Test
        void aSlotThatWasOpenOnceDoesNotWaitForTheRegistry() {
            ready("a", 1);
            publishedSlots = 0;

            assertThat(review(book(1, 0, owned(0, 4, "gone", 5))).change().assignments())
                    .containsExactly(new Assignment(0, 4, "a-1", 1));
        }

        @Test
        void withoutANodeNothingIsAssignedOrGranted() {
            Review review = review(book(1, 100));
            assertThat(review.unplaced()).isTrue();
            assertThat(review.change().isEmpty()).isTrue();
        }

        @Test
        void whileAnotherNodeJoinsNobodyGetsAnything() {
            ready("a", 1);
            Peer late = new Peer("late-1", 2);
            assertThat(review(book(1, 100)).unplaced()).isTrue();

            late.reportsAll();
            assertThat(review(book(1, 100)).unplaced()).isFalse();
        }

        @Test
        void oneThatDoesNotJoinInTimeIsNotWaitedFor() {
            ready("a", 1);
            new Peer("late-1", 2);
            loop.pass(JOIN_GRACE);

            assertThat(review(book(1, 100)).change().assignments()).containsExactly(new Assignment(0, 0, "a-1", 1));
        }

        @Test
        void anOwnerThatTheBooksNameIsWaitedForWhileATermBegins() {
            nodes.awaitOwners(loop.nanoTime());
            ready("a", 1);
            SkuBook book = book(2, 0, owned(0, 4, "late", 5), owned(1, 1, "a", 5));

            loop.pass(JOIN_GRACE.minusMillis(1));
            Review early = review(book);
            assertThat(early.change().isEmpty()).isTrue();
            assertThat(early.unplaced()).isFalse();
            assertThat(early.laterNanos()).isEqualTo(Duration.ofMillis(1).toNanos());

            loop.pass(Duration.ofMillis(1));
            assertThat(review(book).change().assignments()).containsExactly(new Assignment(0, 4, "a-1", 1));
        }

        @Test
        void whoHasComeBackAsAnotherIncarnationIsNotWaitedFor() {
            nodes.awaitOwners(loop.nanoTime());
            ready("a", 1);

            SkuBook book = book(1, 0, new PartitionBook(0, 4, "a-0", 3, 5, 0, 0));
            assertThat(review(book).change().assignments()).containsExactly(new Assignment(0, 4, "a-1", 1));
        }

        @Test
        void newSlotsWaitForNoOwner() {
            nodes.awaitOwners(loop.nanoTime());
            ready("a", 1);

            assertThat(review(book(1, 100)).change().assignments()).containsExactly(new Assignment(0, 0, "a-1", 1));
        }

        @Test
        void whatTheOwnersOfTheSkuHaveAlreadyCounts() {
            ready("a", 1, report(0, 1, State.SERVING, 10), report(1, 1, State.SERVING, 10));
            ready("b", 2);

            SkuBook book = book(3, 0, owned(0, 1, "a", 10), owned(1, 1, "a", 10), owned(2, 1, "gone", 10));
            assertThat(review(book).change().assignments()).containsExactly(new Assignment(2, 1, "b-1", 2));
        }

        @Test
        void ownersThatOpenOrAreNotHeardKeepTheirs() {
            ready("a", 1, report(0, 1, State.OPENING, 0));
            new Peer("mute-1", 2);
            loop.pass(JOIN_GRACE);

            Review review = review(book(3, 0, owned(0, 1, "a", 5), owned(1, 1, "mute", 5), owned(2, 1, "a", 5)));
            assertThat(review.change().isEmpty()).isTrue();
            assertThat(review.unplaced()).isFalse();
        }
    }

    /** What left slot 0 is not known: 4 of 10 units have settled. */
    @Nested
    class AHaltedPartition {
        private PartitionBook halted(long epoch, String node) {
            return new PartitionBook(0, epoch, node + "-1", 0, 10, 4, 0, true);
        }

        @Test
        void isTakenFromTheOwnerThatServesItAndGetsNothing() {
            PartitionReport serving = with(report(0, 3, State.SERVING, 10), r -> r.setWantsGrant(true));
            ready("a", 1, serving, report(1, 1, State.SERVING, 5));
            ready("b", 2);
            SkuBook book = book(2, 100, halted(3, "a"), owned(1, 1, "a", 5));

            assertThat(reviewer.standing(book, book.partition(0))).isEqualTo(Standing.HALTED);
            assertThat(needsLook(book)).isTrue();
            Review review = review(book);
            assertThat(review.change().assignments()).containsExactly(new Assignment(0, 3, "b-1", 2));
            assertThat(review.change().grants()).noneMatch(grant -> grant.slot() == 0);
        }

        @Test
        void staysWithWhoWasToldThatItIsHaltedAndItsNeighboursSellOn() {
            ready("a", 1, report(0, 3, State.SERVING, 10));
            ready(
                    "b",
                    2,
                    with(report(0, 4, State.REFUSED, 0), r -> r.setReason(ControlMessages.HALTED)),
                    with(report(1, 1, State.EXHAUSTED, 0), r -> r.setWantsGrant(true)));
            SkuBook book = book(2, 100, halted(4, "b"), owned(1, 1, "b", 0));

            assertThat(reviewer.standing(book, book.partition(0))).isEqualTo(Standing.LOCKED);
            Review review = review(book);
            assertThat(review.change().assignments()).isEmpty();
            assertThat(review.change().grants()).extracting(Grant::slot).containsExactly(1);
            // Who served it before may have had nothing to append, and so not seen the fence.
            assertThat(reviewer.leftOvers(book, book.partition(0)).values()).containsExactly(3L);
            assertThat(needsLook(book)).isTrue();
        }

        @Test
        void isGivenOutAgainOnceAnOperatorHasDecided() {
            ready("b", 2, with(report(0, 4, State.REFUSED, 0), r -> r.setReason(ControlMessages.HALTED)));
            SkuBook book = book(1, 0, new PartitionBook(0, 4, "b-1", 2, 10, 7, 0));

            assertThat(review(book).change().assignments()).containsExactly(new Assignment(0, 4, "b-1", 2));
        }

        @Test
        void isOpenedSoThatItsOwnerFencesAndRefusesIt() {
            String told = ControlMessages.openFirst(new PartitionId(SKU, 0), halted(4, "b"))
                    .getHalted();
            assertThat(told).contains("halted").contains("granary admin partition repair");
            assertThat(ControlMessages.openFirst(new PartitionId(SKU, 0), owned(0, 4, "b", 10))
                            .getHalted())
                    .isEmpty();
        }
    }

    @Test
    void aTakeoverThatFailedIsTriedAgainEachTimeAfterTwiceAsLong() {
        ready("a", 1, with(report(0, 1, State.REFUSED, 0), r -> r.setReason("lane 7 is not known here")));
        SkuBook book = book(1, 0, owned(0, 1, "a", 10));
        for (long seconds : new long[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            assertThat(review(book).change().assignments()).hasSize(1);
            loop.pass(Duration.ofSeconds(seconds).minusMillis(1));
            assertThat(review(book).change().isEmpty()).isTrue();
            loop.pass(Duration.ofMillis(1));
        }
    }

    @Nested
    class AfterARefusal {
        private final SkuBook book = book(1, 0, owned(0, 1, "a", 10));
        private final Peer a = ready("a", 1, report(0, 1, State.REFUSED, 0));

        @Test
        void anotherNodeGetsItAlsoOneThatHasMoreOfTheSku() {
            ready("b", 2, report(1, 1, State.SERVING, 5), report(2, 1, State.SERVING, 5));

            SkuBook spread = book(3, 0, owned(0, 1, "a", 10), owned(1, 1, "b", 5), owned(2, 1, "b", 5));
            assertThat(review(spread).change().assignments()).containsExactly(new Assignment(0, 1, "b-1", 2));
        }

        @Test
        void theSameNodeGetsItIfThereIsNoOther() {
            assertThat(review(book).change().assignments()).containsExactly(new Assignment(0, 1, "a-1", 1));
        }

        @Test
        void epochsDoNotSpinEachRefusalWaitsTwiceAsLong() {
            for (long millis : new long[] {100, 200, 400, 800, 1_600, 3_200, 6_400, 6_400}) {
                assertThat(review(book).change().assignments()).hasSize(1);
                loop.pass(Duration.ofMillis(millis - 1));
                Review early = review(book);
                assertThat(early.change().isEmpty()).isTrue();
                assertThat(early.laterNanos()).isEqualTo(Duration.ofMillis(1).toNanos());
                loop.pass(Duration.ofMillis(1));
            }
        }

        @Test
        void anOpenPartitionIsForgivenItsRefusals() {
            review(book);
            loop.pass(Duration.ofMillis(100));
            review(book);
            a.reports(report(0, 1, State.SERVING, 10));
            review(book);
            a.reports(report(0, 1, State.CLOSED, 10));
            loop.pass(Duration.ofMillis(200));

            assertThat(review(book).change().assignments()).hasSize(1);
            assertThat(review(book).laterNanos())
                    .isEqualTo(Duration.ofMillis(100).toNanos());
        }
    }

    @Nested
    class OfADrainedNode {
        private final SkuBook book = book(1, 0, owned(0, 1, "a", 10));

        private void aHolds(State state) {
            ready("a", 1, report(0, 1, state, 10));
            nodes.setDrained(Set.of("a"));
        }

        @Test
        void thePartitionsGoToOthers() {
            aHolds(State.SERVING);
            ready("b", 2);

            assertThat(needsLook(book)).isTrue();
            assertThat(review(book).change().assignments()).containsExactly(new Assignment(0, 1, "b-1", 2));
        }

        @Test
        void thePartitionsStayWhileThereIsNoOther() {
            aHolds(State.SERVING);

            assertThat(needsLook(book)).isFalse();
            Review review = review(book);
            assertThat(review.change().isEmpty()).isTrue();
            assertThat(review.unplaced()).isFalse();
        }

        @Test
        void thoseOfAFrozenSkuStay() {
            aHolds(State.SERVING);
            ready("b", 2);

            assertThat(needsLook(frozen(book))).isFalse();
            assertThat(review(frozen(book)).change().isEmpty()).isTrue();
        }

        @Test
        void thoseOfWhichNothingIsKnownStayUntilItIs() {
            aHolds(State.STATE_UNSPECIFIED);
            ready("b", 2);

            assertThat(review(book).change().isEmpty()).isTrue();
        }

        @Test
        void noNewOnesGoThere() {
            aHolds(State.SERVING);

            assertThat(review(book(2, 0, owned(0, 1, "a", 10))).unplaced()).isTrue();
        }
    }

    /** Nodes a and b, of which a owns what there is of it; one sweep over it, and then a look at it. */
    @Nested
    class ToLevelTheNodes {
        private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final LevellingRounds rounds = rounds(true, 2);
        private final Peer a = ready("a", 1, serving(0), serving(1), serving(2), serving(3));
        private final SkuBook book =
                book(4, 0, owned(0, 1, "a", 5), owned(1, 1, "a", 5), owned(2, 1, "a", 5), owned(3, 1, "a", 5));

        ToLevelTheNodes() {
            ready("b", 2);
        }

        private LevellingRounds rounds(boolean levelling, int moves) {
            LeaderSettings settings = new LeaderSettings(
                    Duration.ofSeconds(1),
                    Duration.ofMillis(20),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(1),
                    100,
                    1,
                    100,
                    JOIN_GRACE,
                    NEED_LIFE,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    levelling,
                    Duration.ofSeconds(5),
                    moves);
            return new LevellingRounds(settings, nodes, placement, reviewer, new LeaderMetrics(new MeterScope(meters)));
        }

        private PartitionReport serving(int slot) {
            return report(slot, 1, State.SERVING, 5);
        }

        private Map<Integer, String> sweep(LevellingRounds of, SkuBook seen) {
            of.begin(loop.nanoTime());
            Map<Integer, String> chosen = of.choose(seen, track, loop.nanoTime());
            Map<String, Integer> tally = new HashMap<>();
            seen.partitions().forEach(one -> tally.merge(chosen.getOrDefault(one.slot(), one.node()), 1, Integer::sum));
            placement.reset(tally);
            of.end(loop.nanoTime());
            return chosen;
        }

        private Map<Integer, String> sweepTwice(LevellingRounds of, SkuBook seen) {
            assertThat(sweep(of, seen)).as("a first sweep only counts").isEmpty();
            return sweep(of, seen);
        }

        private double spread() {
            return meters.get("granary.leader.partitions.spread").gauge().value();
        }

        @Test
        void aSweepChoosesWhatTheNextLookGivesAway() {
            sweep(rounds, book);
            assertThat(spread()).isEqualTo(4);
            assertThat(sweep(rounds, book)).isEqualTo(Map.of(3, "b-1", 2, "b-1"));
            assertThat(spread()).isZero();

            assertThat(review(book).change().assignments())
                    .containsExactly(new Assignment(2, 1, "b-1", 2), new Assignment(3, 1, "b-1", 2));
            assertThat(review(book).change().assignments()).as("once").isEmpty();
        }

        @Test
        void nothingIsChosenIfTheSettingsSaySo() {
            assertThat(sweepTwice(rounds(false, 2), book)).isEmpty();
        }

        @Test
        void aRoundMovesNoMoreThanTheSettingsSayAndIsNotFollowedByAnotherAtOnce() {
            LevellingRounds one = rounds(true, 1);
            assertThat(sweepTwice(one, book)).isEqualTo(Map.of(3, "b-1"));
            loop.pass(Duration.ofMillis(4_999));
            assertThat(sweep(one, book)).isEmpty();
            loop.pass(Duration.ofMillis(1));
            assertThat(sweep(one, book)).hasSize(1);
        }

        @Test
        void whatIsFrozenOrRebalancedStays() {
            assertThat(sweepTwice(rounds, frozen(book))).isEmpty();
            Rebalance even = new Rebalance(7, RebalanceKind.EVEN, RebalanceState.RUNNING, -1, List.of());
            assertThat(sweep(rounds, book.withIntentions(false, 4, SkuPlan.NONE, even)))
                    .isEmpty();
        }

        @Test
        void whatWasFrozenOrMovedSinceStays() {
            sweepTwice(rounds, book);
            assertThat(review(frozen(book)).change().assignments()).isEmpty();

            loop.pass(Duration.ofSeconds(5));
            assertThat(sweep(rounds, book)).hasSize(2);
            a.reports(report(3, 2, State.SERVING, 5));
            SkuBook moved =
                    book(4, 0, owned(0, 1, "a", 5), owned(1, 1, "a", 5), owned(2, 1, "a", 5), owned(3, 2, "a", 5));
            assertThat(review(moved).change().assignments()).containsExactly(new Assignment(2, 1, "b-1", 2));
        }

        @Test
        void whoCanNotBeGivenAnyMoreGetsNothing() {
            sweepTwice(rounds, book);
            nodes.setDrained(Set.of("b"));
            assertThat(review(book).change().assignments()).isEmpty();
        }

        @Test
        void nothingIsChosenWhileAnotherNodeJoins() {
            new Peer("late-1", 3);
            assertThat(sweepTwice(rounds, book)).isEmpty();
            loop.pass(JOIN_GRACE);
            assertThat(sweep(rounds, book)).hasSize(2);
        }

        @Test
        void whatIsNotOpenCountsAgainstTheNextRound() {
            a.reports(report(0, 1, State.OPENING, 0));
            a.reports(report(1, 1, State.OPENING, 0));
            assertThat(sweepTwice(rounds, book)).isEmpty();
            a.reports(serving(1));
            assertThat(sweep(rounds, book)).isEmpty();
            assertThat(sweep(rounds, book)).hasSize(1);
        }

        @Test
        void onlyWhatIsOpenMoves() {
            a.reports(report(3, 1, State.OPENING, 0));
            assertThat(sweepTwice(rounds, book)).isEqualTo(Map.of(2, "b-1"));
        }

        @Test
        void whatIsStillToBeTakenFromADrainedNodeCountsAgainstTheNextRound() {
            ready("c", 3, report(4, 1, State.SERVING, 5), report(5, 1, State.SERVING, 5));
            nodes.setDrained(Set.of("c"));
            SkuBook draining = book(
                    6,
                    0,
                    owned(0, 1, "a", 5),
                    owned(1, 1, "a", 5),
                    owned(2, 1, "a", 5),
                    owned(3, 1, "a", 5),
                    owned(4, 1, "c", 5),
                    owned(5, 1, "c", 5));
            assertThat(sweepTwice(rounds, draining)).isEmpty();
            assertThat(sweepTwice(rounds, book)).hasSize(2);
        }
    }

    /** Node a owns four slots of it, and node b none. */
    @Nested
    class WhenAnOperatorWantsItSpread {
        private final Peer a = ready("a", 1, serving(0), serving(1), serving(2), serving(3));
        private final SkuBook book =
                book(4, 0, owned(0, 1, "a", 5), owned(1, 1, "a", 5), owned(2, 1, "a", 5), owned(3, 1, "a", 5));

        private PartitionReport serving(int slot) {
            return report(slot, 1, State.SERVING, 5);
        }

        private SkuBook wanted(SkuBook of, RebalanceState state) {
            return of.withIntentions(
                    false, 4, SkuPlan.NONE, new Rebalance(7, RebalanceKind.LEVEL, state, -1, List.of()));
        }

        private Rebalance.Change change(RebalanceState state, String reason) {
            return new Rebalance.Change(7, state, reason, List.of(), List.of());
        }

        @Test
        void halfOfItsPartitionsGoToTheOtherNode() {
            ready("b", 2);
            Review review = review(wanted(book, RebalanceState.PLANNED));
            assertThat(review.change().assignments())
                    .containsExactly(new Assignment(3, 1, "b-1", 2), new Assignment(2, 1, "b-1", 2));
            assertThat(review.change().rebalance())
                    .isEqualTo(change(RebalanceState.RUNNING, "2 of its 4 partitions get another node"));
            assertThat(review.waiting()).isTrue();

            SkuBook.Changed after = wanted(book, RebalanceState.PLANNED).after(review.change(), assignment -> true);
            assertThat(after.assignments()).hasSize(2);
            assertThat(after.rebalance()).isEqualTo(review.change().rebalance());
            assertThat(after.book().rebalance())
                    .isEqualTo(new Rebalance(7, RebalanceKind.LEVEL, RebalanceState.RUNNING, -1, List.of()));
        }

        @Test
        void itIsDoneWhenAllAreOpenThere() {
            Peer b = ready("b", 2);
            SkuBook moved = wanted(
                    book(4, 0, owned(0, 1, "a", 5), owned(1, 1, "a", 5), owned(2, 2, "b", 5), owned(3, 2, "b", 5)),
                    RebalanceState.RUNNING);
            b.reports(report(2, 2, State.SERVING, 5));
            assertThat(review(moved).change().isEmpty()).isTrue();

            b.reports(report(3, 2, State.SERVING, 5));
            Review review = review(moved);
            assertThat(review.change().assignments()).isEmpty();
            assertThat(review.change().rebalance())
                    .isEqualTo(change(
                            RebalanceState.DONE, "its 4 partitions are spread over the 2 nodes that can have any"));
            assertThat(moved.after(review.change(), assignment -> true).book().rebalance())
                    .isNull();
        }

        @Test
        void itWaitsUntilAllAreOpenAndNobodyJoins() {
            a.reports(report(1, 1, State.OPENING, 0));
            ready("b", 2);
            assertThat(review(wanted(book, RebalanceState.PLANNED)).change().isEmpty())
                    .isTrue();
            a.reports(serving(1));
            new Peer("late-1", 3);
            assertThat(review(wanted(book, RebalanceState.PLANNED)).change().isEmpty())
                    .isTrue();
            loop.pass(JOIN_GRACE);
            assertThat(review(wanted(book, RebalanceState.PLANNED)).change().assignments())
                    .hasSize(2);
        }

        @Test
        void nodesThatOwnMoreOfOtherSkusGetFewerOfThis() {
            ready("b", 2);
            ready("c", 3);
            placement.reset(Map.of("a-1", 4, "b-1", 9, "c-1", 8));
            assertThat(review(wanted(book, RebalanceState.PLANNED)).change().assignments())
                    .containsExactly(new Assignment(3, 1, "c-1", 3), new Assignment(2, 1, "b-1", 2));
        }
    }

    @Nested
    class Granting {
        @Test
        void anEmptySlotIsRefilledAtTheEpochInTheBooks() {
            ready("a", 1, report(0, 7, State.EXHAUSTED, 0), report(1, 2, State.SERVING, 500));

            Review review = review(book(2, 1_000, owned(0, 7, "a", 0), owned(1, 2, "a", 500)));
            assertThat(review.change().grants()).containsExactly(new Grant(0, 7, 250, Grant.Reason.REFILL));
        }

        @Test
        void aSlotThatHasNotHeardOfItsLastGrantGetsNoOther() {
            PartitionReport wanting = with(report(0, 1, State.SERVING, 100), it -> it.setWantsGrant(true));
            ready("a", 1, wanting, report(1, 1, State.SERVING, 500));

            assertThat(review(book(2, 1_000, owned(0, 1, "a", 300), owned(1, 1, "a", 500)))
                            .change()
                            .grants())
                    .isEmpty();
        }

        @Test
        void nothingOfAFrozenSkuIsGranted() {
            ready("a", 1, report(0, 1, State.EXHAUSTED, 0));

            assertThat(review(frozen(book(1, 1_000, owned(0, 1, "a", 0))))
                            .change()
                            .grants())
                    .isEmpty();
        }

        @Test
        void whoWantsMoreThanThereIsIsToldTheCeilingAndIsNotWaitedFor() {
            ready("a", 1, report(0, 1, State.SERVING, 4), report(1, 1, State.SERVING, 3));
            needs(0, 8);

            Review review = review(book(2, 0, owned(0, 1, "a", 4), owned(1, 1, "a", 3)));
            assertThat(review.ceilings()).containsExactly(new Action.Ceiling(0, 7));
            assertThat(review.waiting()).isFalse();
            assertThat(track.slot(0).need).isEqualTo(8);
        }
    }

    /** 600 are wanted, one slot has 500 and one 400: they are gathered in the first. */
    @Nested
    class Gathering {
        private final SkuBook book = book(2, 0, owned(0, 1, "a", 500), owned(1, 1, "a", 400));

        Gathering() {
            ready("a", 1, report(0, 1, State.SERVING, 500), report(1, 1, State.SERVING, 400));
            needs(0, 600);
        }

        @Test
        void theOtherIsToGiveBackAndTheTargetIsRemembered() {
            assertThat(needsLook(book)).isTrue();
            Review review = review(book);

            assertThat(review.waiting()).isTrue();
            assertThat(track.target).isEqualTo(0);
            assertThat(reviewer.returnTo(book, 0, track)).isZero();
            assertThat(reviewer.returnTo(book, 1, track)).isEqualTo(400);
        }

        @Test
        void aSecondLookAsksForNoMore() {
            review(book);
            review(book);

            assertThat(reviewer.returnTo(book, 1, track)).isEqualTo(400);
        }

        @Test
        void ofWhatCameBackWhoAskedGetsItsNeedFirst() {
            review(book);
            SkuBook settled = new SkuBook(
                    1,
                    SKU,
                    false,
                    2,
                    400,
                    500,
                    900,
                    900,
                    List.of(owned(0, 1, "a", 500), new PartitionBook(1, 1, "a-1", 0, 400, 0, 400)));
            ready(
                    "a",
                    1,
                    report(0, 1, State.SERVING, 500),
                    with(
                            report(1, 1, State.EXHAUSTED, 400),
                            it -> it.setRemaining(0).setReturned(400)));

            assertThat(review(settled).change().grants()).first().isEqualTo(new Grant(0, 1, 100, Grant.Reason.WANTED));
        }

        @Test
        void aNeedIsForgottenSomeTimeAfterItWasLastAskedFor() {
            loop.pass(NEED_LIFE);
            assertThat(needsLook(book)).isTrue();
            loop.pass(Duration.ofNanos(1));

            assertThat(needsLook(book)).isFalse();
            assertThat(review(book).waiting()).isFalse();
            assertThat(track.slot(0).need).isZero();
        }

        @Test
        void aFreezeForgetsWhatWasToComeBack() {
            review(book);

            assertThat(reviewer.returnTo(frozen(book), 1, track)).isZero();
            review(frozen(book));
            assertThat(reviewer.returnTo(book, 1, track)).isZero();
        }

        @Test
        void aSlotThatIsSilentIsWaitedForBeforeAnythingIsMoved() {
            ready("a", 1, report(0, 1, State.SERVING, 500), report(1, 1, State.OPENING, 0));

            Review review = review(book);
            assertThat(review.waiting()).isTrue();
            assertThat(reviewer.returnTo(book, 0, track)).isZero();
        }
    }

    @Nested
    class StartingAgainAndAgain {
        private Set<String> takersAfterStarts(int starts) {
            for (int start = 1; start <= starts; start++) {
                new Peer("b-" + start, 2);
                loop.pass(JOIN_GRACE.dividedBy(2));
                nodes.remove("b-" + start);
            }
            new Peer("b-last", 2);
            return Set.copyOf(nodes.takers(loop.nanoTime()));
        }

        @Test
        void holdsUpTheOthersForOneGrace() {
            ready("a", 1);
            assertThat(takersAfterStarts(1)).isEmpty();
            assertThat(takersAfterStarts(20)).containsExactly("a-1");
        }

        @Test
        void whoWasReadyOrAwayForLongIsWaitedForAgain() {
            ready("a", 1);
            takersAfterStarts(20);
            nodes.joined(nodes.get("b-last"));
            nodes.remove("b-last");
            assertThat(takersAfterStarts(0)).isEmpty();

            takersAfterStarts(20);
            nodes.remove("b-last");
            loop.pass(JOIN_GRACE.multipliedBy(11));
            assertThat(takersAfterStarts(0)).isEmpty();
        }
    }

    @Nested
    class OutOfReach {
        private final SkuBook book = book(1, 0, owned(0, 2, "a", 100));

        private void loseFromSight(String name) {
            nodes.get(name + "-1").loseFromSight();
        }

        @Test
        void whoIsNotHeardIsReplacedByOneWhoIs() {
            ready("a", 1, report(0, 2, State.SERVING, 100));
            ready("b", 2);
            loseFromSight("a");

            assertThat(needsLook(book)).isTrue();
            assertThat(review(book).change().assignments()).containsExactly(new Assignment(0, 2, "b-1", 2));
        }

        @Test
        void ifThereIsNobodyElseNothingIsWritten() {
            ready("a", 1, report(0, 2, State.SERVING, 100));
            loseFromSight("a");

            assertThat(review(book).change().isEmpty()).isTrue();
            assertThat(review(book).unplaced()).isTrue();
        }

        @Test
        void whoIsNotRegisteredKeepsWhatItHasAndGetsNothing() {
            ready("a", 1, report(0, 2, State.SERVING, 100));
            nodes.get("a-1").unregister();
            assertThat(needsLook(book)).isFalse();
            assertThat(nodes.takers(loop.nanoTime())).isEmpty();
        }

        @Test
        void aDrainDoesNotWaitForALink() {
            new Peer("a-1", 1);
            loop.pass(JOIN_GRACE.plusMillis(1));
            ready("b", 2);
            assertThat(review(book).change().isEmpty()).isTrue();

            nodes.setDrained(Set.of("a"));
            assertThat(review(book).change().assignments()).containsExactly(new Assignment(0, 2, "b-1", 2));
        }
    }

    @Nested
    class LookingAgain {
        private final SkuBook book = book(1, 0, owned(0, 2, "a", 100));

        @Test
        void whereTheReportsAreAsTheBooksThereIsNothingToDo() {
            ready("a", 1, report(0, 2, State.SERVING, 100));

            assertThat(needsLook(book)).isFalse();
            assertThat(review(book).change().isEmpty()).isTrue();
        }

        @ParameterizedTest
        @CsvSource({
            "2, SERVING, 99, it has not heard of a grant",
            "1, SERVING, 100, it has not heard of its epoch",
            "2, CLOSED, 100, it has closed it",
            "2, REFUSED, 100, it can't open it"
        })
        void whereTheyAreNotThereIs(long epoch, State state, long granted, String why) {
            ready("a", 1, report(0, epoch, state, granted));

            assertThat(needsLook(book)).as(why).isTrue();
        }

        @Test
        void anOwnerThatIsGoneIsSomethingToDo() {
            assertThat(needsLook(book)).isTrue();
        }

        @Test
        void anotherLowWatermarkHasToBeTold() {
            ready("a", 1, report(0, 2, State.SERVING, 100));
            SkuBook planned = book.withIntentions(false, 1, new SkuPlan(null, null, 20L, null, null), null);
            assertThat(needsLook(planned)).isTrue();

            ready("a", 1, with(report(0, 2, State.SERVING, 100), it -> it.setLowWatermark(20)));
            assertThat(needsLook(planned)).isFalse();
        }

        @Test
        void whoServesAnEarlierEpochIsToldToCloseIt() {
            ready("a", 1, report(0, 2, State.SERVING, 100));
            Peer b = ready("b", 2, report(0, 1, State.EXHAUSTED, 50));
            PartitionBook partition = book.partition(0);

            assertThat(needsLook(book)).isTrue();
            assertThat(reviewer.leftOvers(book, partition)).hasSize(1).containsEntry(nodes.get("b-1"), 1L);

            b.reports(report(0, 1, State.CLOSED, 50));
            assertThat(reviewer.leftOvers(book, partition)).isEmpty();
            assertThat(needsLook(book)).isFalse();
        }
    }

    private void needs(int slot, long units) {
        track.slot(slot).need = units;
        track.slot(slot).needNanos = loop.nanoTime();
    }
}
