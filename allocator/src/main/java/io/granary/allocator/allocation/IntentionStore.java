// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.api.RebalanceView;
import io.granary.model.Sku;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The books of what operators want: decided by {@link Intentions} on what is locked, for the leader to make true, with how
 * far that is. Each method is one transaction; any allocator may call them, whether it leads or not: the leader finds what
 * is written with its next sweep, or at once if it is told.
 *
 * <p>What changes something takes {@link RefusedIntentionException} for an answer: then nothing was changed. Done again for
 * a request that was carried out before ({@link Operator#key}) it changes nothing. Thread-safe; blocks its caller. Any
 * method may fail with the exceptions of the database.
 */
public interface IntentionStore {
    /** A node that is drained, and who wants that since when. */
    record Drained(String node, String who, Instant since) {}

    /** A partition that an incarnation of a node owns; units as settled. */
    record Owned(String sku, int slot, String incarnation, long units, boolean frozen) {}

    /**
     * Begins what is wished.
     *
     * @param live for a drain: what the leader sees
     * @return its key; for a request that was carried out before, of the one that it began
     */
    long apply(Wish wish, LiveNodes live, Operator by);

    /**
     * Why the present state does not allow what is wished; empty if it does.
     *
     * @throws RefusedIntentionException if what it is about is unknown, or it makes no sense
     */
    Optional<String> obstacle(Wish wish, LiveNodes live);

    /** Stops one that is open. A drain that is stopped lets its node get partitions again. */
    void stop(long id, Operator by);

    /**
     * Goes on with one that was stopped.
     *
     * @param live for a drain: what the leader sees
     */
    void resume(long id, LiveNodes live, Operator by);

    /** Lets a node get partitions again. */
    void undrain(String node, Operator by);

    /**
     * How far it is.
     *
     * @throws RefusedIntentionException if there is none
     */
    RebalanceView rebalance(long id);

    /** Its moves, in order; none of one that is not planned yet, or that moves no units. */
    List<Move> moves(long id);

    /**
     * The newest ones, newest first.
     *
     * @param sku only those of it; null: all
     * @param limit 1 or more
     * @throws RefusedIntentionException if there is no such SKU
     */
    List<RebalanceView> rebalances(@Nullable Sku sku, int limit);

    /** The nodes that are drained, ordered by name. */
    List<Drained> drains();

    /** The other nodes that could take the partitions of this one, in order. */
    Set<String> others(String node, LiveNodes live);

    /** How many partitions the incarnations of a node own. */
    int ownedPartitions(String node);

    /** Partitions that the incarnations of a node own, at most so many. */
    List<Owned> owned(String node, int limit);

    /**
     * What operators want of a SKU.
     *
     * @throws RefusedIntentionException if there is no such SKU
     */
    SkuIntentions of(Sku sku);

    /**
     * Replaces the plan of a SKU; how many slots it has is a rebalance.
     *
     * @throws RefusedIntentionException if there is no such SKU
     */
    void plan(Sku sku, SkuPlan plan, Operator by);
}
