// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of what operators want, given where the SKU or the node stands: a change to be written, or a refusal.
 * Whoever writes it holds what it was decided on. The leader then makes it true.
 *
 * <p>One rebalance of a SKU is open at a time. A freeze stops it, and what stops it leaves everything where it is: what was
 * moved stays moved. The last node that can have partitions is not drained. Pure.
 */
public final class Intentions {
    /** A rebalance that is to be stopped or resumed: what it wants, how far it is, and whether its moves are planned. */
    public record Asked(long id, Wish wish, RebalanceState state, boolean planned) {}

    /** A rebalance comes into another state; reason in words, null if there is nothing to say. */
    public record Turn(
            long id, RebalanceState state, @Nullable String reason) {}

    /** What is to be written of a SKU, and of its rebalances. */
    public record OfSku(SkuIntentions sku, List<Turn> turns) {
        public OfSku {
            turns = List.copyOf(turns);
        }
    }

    /** What is to be written of a node, and of its drains. */
    public record OfNode(boolean drained, List<Turn> turns) {
        public OfNode {
            turns = List.copyOf(turns);
        }
    }

    private Intentions() {}

    // ---- Of a SKU

    /**
     * Begins one.
     *
     * @param id that it will have
     * @throws RefusedIntentionException if it can't be had
     */
    public static OfSku begin(Wish wish, long id, SkuIntentions now, String who) {
        wish.checked();
        return switch (wish.kind()) {
            case FREEZE -> freeze(true, id, now, who);
            case UNFREEZE -> freeze(false, id, now, who);
            case EVEN, FOLLOW_DEMAND, GATHER, SLOTS, LEVEL, HOME ->
                open(wish, now, new Turn(id, RebalanceState.PLANNED, null));
            case DRAIN -> throw RefusedIntentionException.invalid("kind: drain (expected: one of a SKU)");
        };
    }

    private static OfSku freeze(boolean frozen, long id, SkuIntentions now, String who) {
        List<Turn> turns = new ArrayList<>(2);
        Long goesOn = now.rebalance();
        if (goesOn != null && now.frozen() != frozen) {
            String reason = "the SKU was " + (frozen ? "frozen" : "unfrozen") + " by " + who;
            turns.add(new Turn(goesOn, RebalanceState.STOPPED, reason));
            goesOn = null;
        }
        String before = "it was " + (frozen ? "frozen" : "not frozen") + " before";
        turns.add(new Turn(id, RebalanceState.DONE, now.frozen() == frozen ? before : null));
        return new OfSku(new SkuIntentions(frozen, goesOn, now.slots(), now.plan()), turns);
    }

    /** The SKU has this one under way from now on. */
    private static OfSku open(Wish wish, SkuIntentions now, Turn turn) {
        boolean isHome = wish.kind() == RebalanceKind.HOME;
        if (now.rebalance() != null) {
            throw RefusedIntentionException.conflict("sku: '" + wish.sku() + "' has rebalance " + now.rebalance()
                    + " under way (expected: none; wait for it, or stop it)");
        }
        if (now.frozen() && !isHome) {
            throw RefusedIntentionException.conflict(
                    "sku: '" + wish.sku() + "' is frozen (expected: one that is not; unfreeze it first)");
        }
        int slots = wish.slotsAfter(now.slots());
        if (wish.target() >= slots) {
            throw RefusedIntentionException.invalid("slot: " + wish.target() + " (expected: 0 to " + (slots - 1) + ")");
        }
        return new OfSku(new SkuIntentions(isHome, turn.id(), slots, now.plan()), List.of(turn));
    }

    /**
     * Stops one that is open: nothing more is moved for it.
     *
     * @throws RefusedIntentionException if it is not open
     */
    public static OfSku stop(Asked rebalance, SkuIntentions now, String who) {
        return new OfSku(
                new SkuIntentions(now.frozen(), null, now.slots(), now.plan()), List.of(stopped(rebalance, who)));
    }

    /**
     * Goes on with one that was stopped.
     *
     * @throws RefusedIntentionException if it was not stopped, or the SKU is frozen or has another one open
     */
    public static OfSku resume(Asked rebalance, SkuIntentions now, String who) {
        RebalanceState next = rebalance.planned() ? RebalanceState.RUNNING : RebalanceState.PLANNED;
        return open(rebalance.wish(), now, resumed(rebalance, next, who));
    }

    private static Turn stopped(Asked rebalance, String who) {
        if (!rebalance.state().isOpen()) {
            throw RefusedIntentionException.conflict(
                    "rebalance " + rebalance.id() + " is " + rebalance.state() + " (expected: PLANNED or RUNNING)");
        }
        return new Turn(rebalance.id(), RebalanceState.STOPPED, "by " + who);
    }

    private static Turn resumed(Asked rebalance, RebalanceState next, String who) {
        if (rebalance.state() != RebalanceState.STOPPED) {
            throw RefusedIntentionException.conflict(
                    "rebalance " + rebalance.id() + " is " + rebalance.state() + " (expected: STOPPED)");
        }
        return new Turn(rebalance.id(), next, "resumed by " + who);
    }

    // ---- Of a node

    /**
     * Begins a drain.
     *
     * @param id that it will have
     * @throws RefusedIntentionException if nobody knows the node, it is being drained, or no other could take its partitions
     */
    public static OfNode drain(Wish wish, long id, NodeStand now) {
        wish.checked();
        return drain(now, new Turn(id, RebalanceState.RUNNING, null));
    }

    private static OfNode drain(NodeStand now, Turn turn) {
        String node = now.node();
        if (now.owned() == 0 && !now.live().names().contains(node)) {
            throw missing(
                    RefusedIntentionException.Why.UNKNOWN,
                    "node: '" + node + "' (expected: one that lives, by its configured name)",
                    now.live());
        }
        if (now.drain() != null) {
            throw RefusedIntentionException.conflict("node: '" + node + "' is being drained by rebalance " + now.drain()
                    + " (expected: one that is not)");
        }
        if (now.others().isEmpty()) {
            throw missing(
                    RefusedIntentionException.Why.CONFLICT,
                    "node: '" + node + "' (expected: one beside which another is ready and not drained)",
                    now.live());
        }
        return new OfNode(true, List.of(turn));
    }

    private static RefusedIntentionException missing(
            RefusedIntentionException.Why why, String message, LiveNodes live) {
        return live.joining()
                ? new RefusedIntentionException(
                        RefusedIntentionException.Why.NOT_YET, message + "; nodes are joining: ask again")
                : new RefusedIntentionException(why, message);
    }

    /**
     * Stops one that is open: its node may have partitions again.
     *
     * @throws RefusedIntentionException if it is not open
     */
    public static OfNode stopDrain(Asked rebalance, String who) {
        return new OfNode(false, List.of(stopped(rebalance, who)));
    }

    /**
     * Goes on with a drain that was stopped.
     *
     * @throws RefusedIntentionException if it was not stopped, or as {@link #drain(Wish, long, NodeStand)}
     */
    public static OfNode resumeDrain(Asked rebalance, NodeStand now, String who) {
        return drain(now, resumed(rebalance, RebalanceState.RUNNING, who));
    }

    /**
     * Lets a node have partitions again, and stops its drain if that is open.
     *
     * @throws RefusedIntentionException if it is not drained
     */
    public static OfNode undrain(NodeStand now, String who) {
        if (!now.drained().contains(now.node())) {
            throw RefusedIntentionException.conflict(
                    "node: '" + now.node() + "' is not drained (expected: one that is)");
        }
        Long drain = now.drain();
        return new OfNode(
                false,
                drain == null ? List.of() : List.of(new Turn(drain, RebalanceState.STOPPED, "undrained by " + who)));
    }
}
