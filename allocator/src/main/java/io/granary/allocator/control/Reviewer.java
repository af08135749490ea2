// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.allocator.allocation.Action;
import io.granary.allocator.allocation.AllocationPlanner;
import io.granary.allocator.allocation.Assignment;
import io.granary.allocator.allocation.Decision;
import io.granary.allocator.allocation.Grant;
import io.granary.allocator.allocation.Holding;
import io.granary.allocator.allocation.Levelling;
import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.Rebalance;
import io.granary.allocator.allocation.RebalancePlanner;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuChange;
import io.granary.allocator.allocation.SlotView;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.concurrent.Backoff;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.proto.PartitionReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Compares the books of a SKU with what its nodes report, and says what to write. Lives on the leader's loop; changes
 * nothing but the SKU's track and the placement's counts.
 */
final class Reviewer {
    private static final Backoff REFUSED = new Backoff(Duration.ofMillis(100), Duration.ofMillis(6_400));
    /** Between takeovers that fail: each fences and reads anew, and mostly it takes people to mend what is wrong. */
    private static final Backoff FAILED = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    /** How a partition of the books stands with its owner. */
    enum Standing {
        /** It has no owner, or none that lives and is in reach. */
        UNOWNED,
        /** Its owner can't open it at this epoch, or has closed it. */
        REFUSED,
        /** Its owner does not say that it has heard of this epoch. */
        UNOPENED,
        OPENING,
        OPEN,
        /** Its owner serves it, and must not: the books have halted it. Another one is to fence it. */
        HALTED,
        /** Halted, and its owner has fenced and refused it for that: it waits until an operator has decided. */
        LOCKED,
        /** Its owner is not heard of now, or knows more than these books. */
        UNKNOWN
    }

    /**
     * What to write and to say.
     *
     * @param ceilings to be told, unless the books are past
     * @param unplaced a partition needs an owner and there is no node for it
     * @param waiting look again soon
     * @param laterNanos look again in this time; negative if there is no need
     */
    record Review(SkuChange change, List<Action.Ceiling> ceilings, boolean unplaced, boolean waiting, long laterNanos) {
        /** The same, but to be looked at again soon. */
        Review soon() {
            return new Review(change, ceilings, unplaced, true, laterNanos);
        }
    }

    private final AllocationPlanner planner;
    private final Nodes nodes;
    private final Placement placement;
    private final ToIntFunction<Sku> publishedSlots;
    private final Duration needLife;

    /**
     * @param publishedSlots how many slots of a SKU the registry tells clients of, for certain
     */
    Reviewer(
            AllocationPlanner planner,
            Nodes nodes,
            Placement placement,
            ToIntFunction<Sku> publishedSlots,
            Duration needLife) {
        this.planner = planner;
        this.nodes = nodes;
        this.placement = placement;
        this.publishedSlots = publishedSlots;
        this.needLife = needLife;
    }

    Standing standing(SkuBook book, PartitionBook partition) {
        NodeSession owner = nodes.get(partition.node());
        if (owner == null || owner.isOutOfReach()) {
            return Standing.UNOWNED;
        }
        if (!owner.isReady()) {
            return Standing.UNKNOWN;
        }
        PartitionReport report = owner.held(new PartitionId(book.sku(), partition.slot()));
        if (report == null || report.getEpoch() < partition.epoch()) {
            return Standing.UNOPENED;
        }
        if (report.getEpoch() > partition.epoch()) {
            return Standing.UNKNOWN;
        }
        return switch (report.getState()) {
            case OPENING -> Standing.OPENING;
            case SERVING, EXHAUSTED -> partition.halted() ? Standing.HALTED : Standing.OPEN;
            case CLOSED -> Standing.REFUSED;
            case REFUSED ->
                partition.halted() && report.getReason().equals(ControlMessages.HALTED)
                        ? Standing.LOCKED
                        : Standing.REFUSED;
            case STATE_UNSPECIFIED, UNRECOGNIZED -> Standing.UNKNOWN;
        };
    }

    /** Whether a look at the SKU would find something to do. */
    boolean needsLook(SkuBook book, SkuTrack track, long nowNanos) {
        if (book.mayRebalance()) {
            return true;
        }
        boolean canMove = !book.frozen() && !nodes.takers(nowNanos).isEmpty();
        List<SlotView> views = new ArrayList<>(book.slots());
        for (PartitionBook partition : book.allPartitions()) {
            Standing standing = standing(book, partition);
            SlotView view = view(book, partition, track, standing, nowNanos);
            Holding holding = view.holding();
            boolean lags = holding != null && holding.granted() < partition.granted();
            boolean lacksOwner = switch (standing) {
                case UNOWNED, REFUSED, UNOPENED, HALTED -> true;
                case OPENING, OPEN, LOCKED, UNKNOWN -> false;
            };
            if (lags || lacksOwner) {
                return true;
            }
            boolean toMove = canMove && nodes.isDrained(partition.node());
            boolean leftOver = (standing == Standing.OPEN || standing == Standing.LOCKED)
                    && !leftOvers(book, partition).isEmpty();
            if (toMove || leftOver || (holding != null && lacksWatermark(book, partition))) {
                return true;
            }
            views.add(view);
        }
        Decision decision = planner.decide(book, views, track.target);
        return decision.waiting() || !decision.actions().isEmpty();
    }

    /** Nodes that still hold an earlier epoch of a partition, though another serves it by now: nobody told them. */
    Map<NodeSession, Long> leftOvers(SkuBook book, PartitionBook partition) {
        PartitionId id = new PartitionId(book.sku(), partition.slot());
        Map<NodeSession, Long> holders = new LinkedHashMap<>();
        for (NodeSession node : nodes.all()) {
            PartitionReport report = node.held(id);
            boolean serves = report != null
                    && (report.getState() == PartitionReport.State.SERVING
                            || report.getState() == PartitionReport.State.EXHAUSTED);
            if (report != null && serves && report.getEpoch() < partition.epoch()) {
                holders.put(node, report.getEpoch());
            }
        }
        return holders;
    }

    /** Whether the owner of an open partition is to learn another low watermark. */
    boolean lacksWatermark(SkuBook book, PartitionBook partition) {
        NodeSession owner = nodes.get(partition.node());
        PartitionReport report = owner == null ? null : owner.held(new PartitionId(book.sku(), partition.slot()));
        return report != null && report.getLowWatermark() != book.plan().watermark();
    }

    /** The running total of units that a slot's owner shall have given back. */
    long returnTo(SkuBook book, int slot, SkuTrack track) {
        long own = book.frozen() ? 0 : track.slot(slot).returnTo;
        return Math.max(own, book.returnTo(slot));
    }

    /** All slots of a SKU, as they are now. */
    List<SlotView> views(SkuBook book, SkuTrack track, long nowNanos) {
        List<SlotView> views = new ArrayList<>();
        for (PartitionBook partition : book.allPartitions()) {
            views.add(view(book, partition, track, standing(book, partition), nowNanos));
        }
        return views;
    }

    Review review(SkuBook book, SkuTrack track, long nowNanos) {
        if (book.frozen()) {
            track.forgetReturns();
        }
        List<String> takers = nodes.takers(nowNanos);
        Map<String, Integer> ofSku = ownersOf(book);
        List<Assignment> assignments = new ArrayList<>(0);
        List<SlotView> views = new ArrayList<>(book.slots());
        boolean unplaced = false;
        boolean unpublished = false;
        long laterNanos = -1;
        for (PartitionBook partition : book.allPartitions()) {
            Standing standing = standing(book, partition);
            SkuTrack.Slot slot = track.slot(partition.slot());
            SlotView view = view(book, partition, track, standing, nowNanos);
            if (mayNotOpenYet(book, partition)) {
                unpublished = true;
            } else if (standing == Standing.UNOWNED || standing == Standing.REFUSED || standing == Standing.HALTED) {
                long wait = waitNanos(partition, slot, standing, nowNanos);
                if (wait > 0) {
                    laterNanos = laterNanos < 0 ? wait : Math.min(laterNanos, wait);
                } else {
                    Assignment assignment = assign(partition, standing, takers, ofSku);
                    if (assignment == null) {
                        unplaced = true;
                    } else {
                        assignments.add(assignment);
                        noteRefusal(slot, standing, hasFailed(book, partition), nowNanos);
                        view = partition.epoch() == 0 ? SlotView.fresh(partition) : view;
                    }
                }
            } else if (nodes.isDrained(partition.node()) && !book.frozen() && mayDrain(partition, standing)) {
                Assignment assignment = assign(partition, standing, takers, ofSku);
                if (assignment != null) {
                    assignments.add(assignment);
                    view = SlotView.silent(partition);
                }
            } else if (standing == Standing.OPEN) {
                slot.refusals = 0;
                NodeSession next = nextOwner(book, partition, slot, takers);
                if (next != null) {
                    assignments.add(levelled(partition, slot, next));
                    view = SlotView.silent(partition);
                }
            }
            slot.nextOwner = "";
            views.add(view);
        }
        Rebalance.Change taken = null;
        if (assignments.isEmpty()) {
            taken = isToSpread(book) ? spread(book, track, takers, views, assignments) : rebalance(book, views);
        }
        Review decided = decide(book, track, views, assignments, taken, unplaced, laterNanos);
        return unpublished ? decided.soon() : decided;
    }

    /** How long the partition is not to be given to another owner. One that is served and must not be does not wait. */
    private long waitNanos(PartitionBook partition, SkuTrack.Slot slot, Standing standing, long nowNanos) {
        return switch (standing) {
            case REFUSED -> slot.assignNanos - nowNanos;
            case UNOWNED -> nodes.awaitNanos(partition.node(), nowNanos);
            case UNOPENED, OPENING, OPEN, HALTED, LOCKED, UNKNOWN -> 0;
        };
    }

    /** Not while its owner knows more than these books; but who is drained and not linked is not waited for. */
    private boolean mayDrain(PartitionBook partition, Standing standing) {
        NodeSession owner = nodes.get(partition.node());
        return standing != Standing.UNKNOWN || (owner != null && !owner.isReady());
    }

    /**
     * Whether a slot has to wait until clients can know of it: one that does not could refuse a request that the slot has
     * deducted.
     */
    private boolean mayNotOpenYet(SkuBook book, PartitionBook partition) {
        return partition.epoch() == 0 && publishedSlots.applyAsInt(book.sku()) <= partition.slot();
    }

    private Review decide(
            SkuBook book,
            SkuTrack track,
            List<SlotView> views,
            List<Assignment> assignments,
            Rebalance.@Nullable Change taken,
            boolean unplaced,
            long laterNanos) {
        SkuBook left = book;
        List<SlotView> seen = views;
        if (taken != null) {
            seen = new ArrayList<>(views);
            left = granted(book, seen, taken);
        }
        Decision decision = planner.decide(left, seen, track.target);
        track.target = decision.target();
        List<Grant> grants = new ArrayList<>(0);
        List<Action.Ceiling> ceilings = new ArrayList<>(0);
        for (Action action : decision.actions()) {
            if (action instanceof Action.Give give) {
                long epoch = Math.max(1, book.partition(give.slot()).epoch());
                grants.add(new Grant(give.slot(), epoch, give.units(), give.reason()));
            } else if (action instanceof Action.TakeBack takeBack) {
                track.slot(takeBack.slot()).returnTo = takeBack.returnTo();
            } else if (action instanceof Action.Ceiling ceiling) {
                ceilings.add(ceiling);
            }
        }
        if (!decision.waiting() && ceilings.isEmpty()) {
            track.forgetNeeds();
        }
        return new Review(
                new SkuChange(book.id(), book.sku(), assignments, grants, taken),
                ceilings,
                unplaced,
                decision.waiting() || book.mayRebalance(),
                laterNanos);
    }

    private static boolean isToSpread(SkuBook book) {
        Rebalance rebalance = book.rebalance();
        return rebalance != null && rebalance.kind() == RebalanceKind.LEVEL && book.mayRebalance();
    }

    /** The moves by which the open partitions of a SKU would be spread over the nodes; none while others join. */
    List<Levelling.Move> spread(SkuBook book, List<String> takers) {
        return new Levelling(placement.owned(takers), Integer.MAX_VALUE)
                .spread(book, partition -> standing(book, partition) == Standing.OPEN);
    }

    /** Gives partitions to other nodes as an operator wants it; null if that has to wait. */
    private Rebalance.@Nullable Change spread(
            SkuBook book, SkuTrack track, List<String> takers, List<SlotView> views, List<Assignment> assignments) {
        Rebalance rebalance = book.rebalance();
        if (rebalance == null || takers.isEmpty() || RebalancePlanner.silentSlot(views) != null) {
            return null;
        }
        for (Levelling.Move move : spread(book, takers)) {
            NodeSession next = nodes.get(move.to());
            if (next != null) {
                PartitionBook partition = book.partition(move.slot());
                assignments.add(levelled(partition, track.slot(move.slot()), next));
                views.set(move.slot(), SlotView.silent(partition));
            }
        }
        int moved = assignments.size();
        int all = book.partitions().size();
        return new Rebalance.Change(
                rebalance.id(),
                moved > 0 ? RebalanceState.RUNNING : RebalanceState.DONE,
                moved > 0
                        ? moved + " of its " + all + " partitions get another node"
                        : "its " + all + " partitions are spread over the " + takers.size()
                                + " nodes that can have any",
                List.of(),
                List.of());
    }

    /** What becomes of the rebalance now; null if it has to wait. */
    private static Rebalance.@Nullable Change rebalance(SkuBook book, List<SlotView> views) {
        Rebalance rebalance = book.rebalance();
        if (rebalance == null || !book.mayRebalance()) {
            return null;
        }
        if (rebalance.state() == RebalanceState.RUNNING) {
            List<Rebalance.Step> steps = RebalancePlanner.steps(book, rebalance, views);
            return steps.isEmpty()
                    ? null
                    : new Rebalance.Change(rebalance.id(), RebalanceState.RUNNING, null, List.of(), steps);
        }
        if (RebalancePlanner.silentSlot(views) != null) {
            return null;
        }
        RebalancePlanner.Plan plan = RebalancePlanner.plan(rebalance.kind(), rebalance.slot(), book, views);
        RebalanceState state = plan.refused()
                ? RebalanceState.FAILED
                : plan.moves().isEmpty() ? RebalanceState.DONE : RebalanceState.RUNNING;
        return new Rebalance.Change(rebalance.id(), state, plan.reason(), plan.moves(), List.of());
    }

    /** The books, and in place the views, with what the moves grant: the planner has the rest. */
    private static SkuBook granted(SkuBook book, List<SlotView> views, Rebalance.Change taken) {
        long units = 0;
        for (Rebalance.Step step : taken.steps()) {
            if (step.units() > 0) {
                int to = step.after().to();
                views.set(to, views.get(to).granted(step.units()));
                units += step.units();
            }
        }
        return book.withUnits(book.inventory() - units, book.pool() + units, book.received(), book.partitions());
    }

    private @Nullable Assignment assign(
            PartitionBook partition, Standing standing, List<String> takers, Map<String, Integer> ofSku) {
        String avoid = standing == Standing.UNOWNED ? null : partition.node();
        NodeSession taker = nodes.get(placement.choose(takers, ofSku, avoid));
        if (taker == null) {
            return null;
        }
        ofSku.merge(taker.incarnation(), 1, Integer::sum);
        return new Assignment(partition.slot(), partition.epoch(), taker.incarnation(), taker.lane());
    }

    /** The owner that a sweep has chosen to level the nodes; null if it has not, or that does not fit any more. */
    private @Nullable NodeSession nextOwner(
            SkuBook book, PartitionBook partition, SkuTrack.Slot slot, List<String> takers) {
        boolean fits = slot.nextOwnerAfter == partition.epoch()
                && !book.frozen()
                && book.rebalance() == null
                && takers.contains(slot.nextOwner);
        return fits ? nodes.get(slot.nextOwner) : null;
    }

    private static Assignment levelled(PartitionBook partition, SkuTrack.Slot slot, NodeSession next) {
        slot.levelledEpoch = partition.epoch() + 1;
        return new Assignment(partition.slot(), partition.epoch(), next.incarnation(), next.lane());
    }

    private static void noteRefusal(SkuTrack.Slot slot, Standing standing, boolean failed, long nowNanos) {
        if (standing == Standing.REFUSED) {
            Backoff backoff = failed ? FAILED : REFUSED;
            slot.assignNanos = nowNanos + backoff.pause(slot.refusals++).toNanos();
        }
    }

    /** Whether its owner began to take it over, and could not. */
    private boolean hasFailed(SkuBook book, PartitionBook partition) {
        NodeSession owner = nodes.get(partition.node());
        PartitionReport report = owner == null ? null : owner.held(new PartitionId(book.sku(), partition.slot()));
        return report != null && !report.getReason().isEmpty();
    }

    private Map<String, Integer> ownersOf(SkuBook book) {
        Map<String, Integer> owners = new HashMap<>();
        for (PartitionBook partition : book.partitions()) {
            NodeSession owner = nodes.get(partition.node());
            if (owner != null) {
                owners.merge(owner.incarnation(), 1, Integer::sum);
            }
        }
        return owners;
    }

    private SlotView view(SkuBook book, PartitionBook partition, SkuTrack track, Standing standing, long nowNanos) {
        NodeSession owner = nodes.get(partition.node());
        PartitionReport report = standing == Standing.OPEN && owner != null
                ? owner.held(new PartitionId(book.sku(), partition.slot()))
                : null;
        if (report == null) {
            return SlotView.silent(partition);
        }
        SkuTrack.Slot slot = track.slot(partition.slot());
        if (slot.need > 0 && nowNanos - slot.needNanos > needLife.toNanos()) {
            slot.need = 0;
        }
        Holding holding = new Holding(
                report.getGranted(),
                report.getReturned(),
                report.getRemaining(),
                report.getUnitsPerSecond(),
                report.getWantsGrant(),
                slot.need);
        return SlotView.open(partition, holding, returnTo(book, partition.slot(), track));
    }
}
