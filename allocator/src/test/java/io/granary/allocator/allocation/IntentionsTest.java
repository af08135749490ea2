// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.granary.allocator.allocation.Intentions.Asked;
import io.granary.allocator.allocation.Intentions.OfNode;
import io.granary.allocator.allocation.Intentions.OfSku;
import io.granary.allocator.allocation.Intentions.Turn;
import io.granary.allocator.allocation.RefusedIntentionException.Why;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.model.Sku;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class IntentionsTest {
    private static final Sku SKU = new Sku("A");
    private static final SkuIntentions FREE = sku(false, null);
    private static final SkuIntentions FROZEN = sku(true, null);
    private static final SkuIntentions BUSY = sku(false, 3L);
    private static final String UNDER_WAY =
            "sku: 'A' has rebalance 3 under way (expected: none; wait for it, or stop it)";
    private static final String IS_FROZEN = "sku: 'A' is frozen (expected: one that is not; unfreeze it first)";

    private static SkuIntentions sku(boolean frozen, @Nullable Long rebalance) {
        return new SkuIntentions(frozen, rebalance, 2, SkuPlan.NONE);
    }

    private static Wish slots(@Nullable Integer slots) {
        return new Wish(RebalanceKind.SLOTS, SKU, null, slots, null);
    }

    private static Wish gather(@Nullable Integer slot) {
        return new Wish(RebalanceKind.GATHER, SKU, null, null, slot);
    }

    private static Wish of(RebalanceKind kind) {
        return Wish.of(kind, SKU);
    }

    private static void assertRefused(Why why, String message, ThrowingCallable asking) {
        assertThatThrownBy(asking)
                .isInstanceOfSatisfying(
                        RefusedIntentionException.class,
                        e -> assertThat(e.why()).isEqualTo(why))
                .hasMessage(message);
    }

    // ---- Of a SKU

    static Stream<Arguments> begun() {
        return Stream.of(
                arguments(of(RebalanceKind.EVEN), FREE, false, 2),
                arguments(of(RebalanceKind.FOLLOW_DEMAND), FREE, false, 2),
                arguments(gather(null), FREE, false, 2),
                arguments(gather(1), FREE, false, 2),
                arguments(slots(5), FREE, false, 5),
                arguments(slots(1), FREE, false, 1),
                arguments(of(RebalanceKind.LEVEL), FREE, false, 2),
                arguments(of(RebalanceKind.HOME), FREE, true, 2),
                arguments(of(RebalanceKind.HOME), FROZEN, true, 2));
    }

    @ParameterizedTest
    @MethodSource("begun")
    void whatMovesUnitsIsUnderWayFromNowOn(Wish wish, SkuIntentions now, boolean frozen, int slots) {
        OfSku change = Intentions.begin(wish, 7, now, "ann");
        assertThat(change.sku()).isEqualTo(new SkuIntentions(frozen, 7L, slots, SkuPlan.NONE));
        assertThat(change.turns()).containsExactly(new Turn(7, RebalanceState.PLANNED, null));
    }

    static Stream<Arguments> frozen() {
        String before = "it was frozen before";
        String notBefore = "it was not frozen before";
        return Stream.of(
                arguments(RebalanceKind.FREEZE, FREE, null, null, null),
                arguments(RebalanceKind.FREEZE, FROZEN, null, null, before),
                arguments(RebalanceKind.FREEZE, BUSY, null, "the SKU was frozen by ann", null),
                // A home that is under way goes on: it is what froze the SKU.
                arguments(RebalanceKind.FREEZE, sku(true, 3L), 3L, null, before),
                arguments(RebalanceKind.UNFREEZE, FROZEN, null, null, null),
                arguments(RebalanceKind.UNFREEZE, FREE, null, null, notBefore),
                arguments(RebalanceKind.UNFREEZE, sku(true, 3L), null, "the SKU was unfrozen by ann", null),
                arguments(RebalanceKind.UNFREEZE, BUSY, 3L, null, notBefore));
    }

    @ParameterizedTest
    @MethodSource("frozen")
    void aFreezeAndItsEndStopWhatRunsAndAreDoneAtOnce(
            RebalanceKind kind,
            SkuIntentions now,
            @Nullable Long goesOn,
            @Nullable String stopped,
            @Nullable String reason) {
        OfSku change = Intentions.begin(of(kind), 7, now, "ann");
        assertThat(change.sku()).isEqualTo(new SkuIntentions(kind == RebalanceKind.FREEZE, goesOn, 2, SkuPlan.NONE));
        Turn done = new Turn(7, RebalanceState.DONE, reason);
        assertThat(change.turns())
                .isEqualTo(
                        stopped == null ? List.of(done) : List.of(new Turn(3, RebalanceState.STOPPED, stopped), done));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments(of(RebalanceKind.EVEN), BUSY, Why.CONFLICT, UNDER_WAY),
                arguments(of(RebalanceKind.HOME), BUSY, Why.CONFLICT, UNDER_WAY),
                arguments(of(RebalanceKind.EVEN), FROZEN, Why.CONFLICT, IS_FROZEN),
                arguments(slots(3), FROZEN, Why.CONFLICT, IS_FROZEN),
                arguments(of(RebalanceKind.LEVEL), FROZEN, Why.CONFLICT, IS_FROZEN),
                arguments(gather(2), FREE, Why.INVALID, "slot: 2 (expected: 0 to 1)"),
                arguments(gather(-1), FREE, Why.INVALID, "slot: -1 (expected: 0 or more)"),
                arguments(slots(null), FREE, Why.INVALID, "slots: null (expected: 1 to 1024)"),
                arguments(slots(0), FREE, Why.INVALID, "slots: 0 (expected: 1 to 1024)"),
                arguments(slots(1_025), FREE, Why.INVALID, "slots: 1025 (expected: 1 to 1024)"),
                arguments(
                        new Wish(RebalanceKind.EVEN, SKU, null, 3, null),
                        FREE,
                        Why.INVALID,
                        "slots: 3 (expected: none, for even)"),
                arguments(
                        new Wish(RebalanceKind.FOLLOW_DEMAND, SKU, null, null, 0),
                        FREE,
                        Why.INVALID,
                        "slot: 0 (expected: none, for follow-demand)"),
                arguments(
                        new Wish(RebalanceKind.EVEN, SKU, "n", null, null),
                        FREE,
                        Why.INVALID,
                        "node: n (expected: none, for even)"),
                arguments(
                        new Wish(RebalanceKind.EVEN, null, null, null, null),
                        FREE,
                        Why.INVALID,
                        "sku: none (expected: one, for even)"),
                arguments(Wish.drain("n"), FREE, Why.INVALID, "kind: drain (expected: one of a SKU)"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatCantBeHadIsRefused(Wish wish, SkuIntentions now, Why why, String message) {
        assertRefused(why, message, () -> Intentions.begin(wish, 7, now, "ann"));
    }

    private static Asked asked(Wish wish, RebalanceState state) {
        return new Asked(3, wish, state, true);
    }

    @ParameterizedTest
    @EnumSource(RebalanceState.class)
    void whatIsOpenCanBeStoppedAndWhatIsStoppedResumed(RebalanceState state) {
        Asked even = asked(of(RebalanceKind.EVEN), state);
        Asked drain = asked(Wish.drain("n"), state);
        if (state.isOpen()) {
            assertThat(Intentions.stop(even, BUSY, "ann"))
                    .isEqualTo(new OfSku(FREE, List.of(new Turn(3, RebalanceState.STOPPED, "by ann"))));
            assertThat(Intentions.stopDrain(drain, "ann"))
                    .isEqualTo(new OfNode(false, List.of(new Turn(3, RebalanceState.STOPPED, "by ann"))));
        } else {
            String open = "rebalance 3 is " + state + " (expected: PLANNED or RUNNING)";
            assertRefused(Why.CONFLICT, open, () -> Intentions.stop(even, BUSY, "ann"));
            assertRefused(Why.CONFLICT, open, () -> Intentions.stopDrain(drain, "ann"));
        }
        if (state == RebalanceState.STOPPED) {
            assertThat(Intentions.resume(even, FREE, "ann"))
                    .isEqualTo(new OfSku(BUSY, List.of(new Turn(3, RebalanceState.RUNNING, "resumed by ann"))));
            assertThat(Intentions.resumeDrain(drain, node(0, Set.of(), null), "ann"))
                    .isEqualTo(new OfNode(true, List.of(new Turn(3, RebalanceState.RUNNING, "resumed by ann"))));
        } else {
            String stopped = "rebalance 3 is " + state + " (expected: STOPPED)";
            assertRefused(Why.CONFLICT, stopped, () -> Intentions.resume(even, FREE, "ann"));
            assertRefused(Why.CONFLICT, stopped, () -> Intentions.resumeDrain(drain, node(0, Set.of(), null), "ann"));
        }
    }

    @Test
    void whatIsResumedIsPlannedAnewIfItHadNoMoves() {
        Asked unplanned = new Asked(3, slots(5), RebalanceState.STOPPED, false);
        OfSku change = Intentions.resume(unplanned, FREE, "ann");
        assertThat(change.turns()).containsExactly(new Turn(3, RebalanceState.PLANNED, "resumed by ann"));
        assertThat(change.sku().slots()).isEqualTo(5);
    }

    @Test
    void aFrozenOrBusySkuResumesNothingButAHome() {
        Asked even = asked(of(RebalanceKind.EVEN), RebalanceState.STOPPED);
        Asked home = asked(of(RebalanceKind.HOME), RebalanceState.STOPPED);
        assertRefused(Why.CONFLICT, UNDER_WAY, () -> Intentions.resume(even, BUSY, "ann"));
        assertRefused(Why.CONFLICT, UNDER_WAY, () -> Intentions.resume(home, BUSY, "ann"));
        assertRefused(Why.CONFLICT, IS_FROZEN, () -> Intentions.resume(even, FROZEN, "ann"));
        assertThat(Intentions.resume(home, FROZEN, "ann").sku()).isEqualTo(sku(true, 3L));
        assertThat(Intentions.resume(home, FREE, "ann").sku()).isEqualTo(sku(true, 3L));
    }

    // ---- Of a node

    /** Node n among n, which is ready, o, which is ready, and p, which is not. */
    private static NodeStand node(int owned, Set<String> drained, @Nullable Long drain) {
        return new NodeStand("n", owned, drained, drain, new LiveNodes(Set.of("n", "o", "p"), Set.of("n", "o"), false));
    }

    private static NodeStand among(int owned, boolean joining, String... ready) {
        return new NodeStand("n", owned, Set.of(), null, new LiveNodes(Set.of(ready), Set.of(ready), joining));
    }

    private static final String UNKNOWN = "node: 'n' (expected: one that lives, by its configured name)";
    private static final String LAST = "node: 'n' (expected: one beside which another is ready and not drained)";

    static Stream<Arguments> nodes() {
        return Stream.of(
                arguments("another is ready", node(1, Set.of(), null), null, null),
                arguments("it is drained, and no drain is open", node(0, Set.of("n"), null), null, null),
                arguments("it has died and owns some", among(1, false, "o"), null, null),
                arguments("nobody knows it", among(0, false, "o"), Why.UNKNOWN, UNKNOWN),
                arguments("it may be about to come", among(0, true, "o"), Why.NOT_YET, UNKNOWN),
                arguments("it is alone", among(1, false, "n"), Why.CONFLICT, LAST),
                arguments("another may be about to come", among(1, true, "n"), Why.NOT_YET, LAST),
                arguments("the other is drained", node(1, Set.of("o"), null), Why.CONFLICT, LAST),
                arguments("no node lives", among(1, false), Why.CONFLICT, LAST),
                arguments(
                        "it is being drained",
                        node(1, Set.of("n", "o"), 4L),
                        Why.CONFLICT,
                        "node: 'n' is being drained by rebalance 4 (expected: one that is not)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nodes")
    void aNodeIsDrainedIfItIsKnownAndAnotherCanTakeItsPartitions(
            String what, NodeStand now, @Nullable Why why, @Nullable String message) {
        Asked stopped = asked(Wish.drain("n"), RebalanceState.STOPPED);
        if (why == null) {
            assertThat(Intentions.drain(Wish.drain("n"), 7, now))
                    .isEqualTo(new OfNode(true, List.of(new Turn(7, RebalanceState.RUNNING, null))));
            assertThat(Intentions.resumeDrain(stopped, now, "ann").drained()).isTrue();
        } else {
            String said = why == Why.NOT_YET ? message + "; nodes are joining: ask again" : String.valueOf(message);
            assertRefused(why, said, () -> Intentions.drain(Wish.drain("n"), 7, now));
            assertRefused(why, said, () -> Intentions.resumeDrain(stopped, now, "ann"));
        }
    }

    @Test
    void aDrainNamesANodeAndNothingElse() {
        Stream.of(
                        arguments(
                                new Wish(RebalanceKind.DRAIN, null, null, null, null),
                                "node: none (expected: one, for drain)"),
                        arguments(
                                new Wish(RebalanceKind.DRAIN, SKU, "n", null, null),
                                "sku: A (expected: none, for drain)"),
                        arguments(
                                new Wish(RebalanceKind.DRAIN, null, "n", 2, null),
                                "slots: 2 (expected: none, for drain)"),
                        arguments(
                                Wish.drain("no de"),
                                "node: 'no de' (expected: 1 to 64 letters, digits, dots, underscores and hyphens)"))
                .forEach(wrong -> assertRefused(
                        Why.INVALID,
                        (String) wrong.get()[1],
                        () -> Intentions.drain((Wish) wrong.get()[0], 7, node(1, Set.of(), null))));
    }

    @Test
    void whoIsDrainedCanBeUndrained() {
        assertRefused(
                Why.CONFLICT,
                "node: 'n' is not drained (expected: one that is)",
                () -> Intentions.undrain(node(0, Set.of("o"), null), "ann"));
        assertThat(Intentions.undrain(node(0, Set.of("n"), null), "ann")).isEqualTo(new OfNode(false, List.of()));
        assertThat(Intentions.undrain(node(2, Set.of("n"), 4L), "ann"))
                .isEqualTo(new OfNode(false, List.of(new Turn(4, RebalanceState.STOPPED, "undrained by ann"))));
    }
}
