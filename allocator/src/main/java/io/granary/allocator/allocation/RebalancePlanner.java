// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.api.RebalanceKind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Says which units a rebalance of one SKU moves from where to where, and why. Pure: it sees one moment, and counts what a
 * slot will have once it knows its grants and gave back what it was asked for. A plan that was carried out is followed by
 * one without moves.
 */
public final class RebalancePlanner {
    /** What a slot without any sales weighs, in parts of the mean: so that following demand empties none. */
    private static final int IDLE_PARTS = 20;

    private static final double WEIGHT_OF_A_UNIT_PER_SECOND = 1_000;

    /**
     * @param moves ordered by number; none: there is nothing to do
     * @param reason in words
     * @param refused it can't be done at all, for this reason
     */
    public record Plan(List<Move> moves, String reason, boolean refused) {
        public Plan {
            moves = List.copyOf(moves);
        }

        /** All units that are to be moved. */
        public long units() {
            return moves.stream().mapToLong(Move::units).sum();
        }
    }

    private record Place(int slot, long units, double unitsPerSecond, boolean retired) {}

    private RebalancePlanner() {}

    /** The slot that a plan made now would have to leave out, as its owner does not say what it has; null if none. */
    public static @Nullable Integer silentSlot(List<SlotView> slots) {
        for (SlotView view : slots) {
            if (view.holding() == null) {
                return view.slot();
            }
        }
        return null;
    }

    /**
     * Plans. Slots that are not open count as empty if they were never opened, and are left out otherwise.
     *
     * @param kind one that moves units
     * @param target where {@link RebalanceKind#GATHER} brings them; {@link Decision#NO_TARGET}: where the most are
     * @param book with as many slots as there shall be
     * @param slots all of them, those of retired partitions included
     */
    public static Plan plan(RebalanceKind kind, int target, SkuBook book, List<SlotView> slots) {
        List<Place> places = places(book, slots);
        return switch (kind) {
            case EVEN -> level(places, place -> place.retired() ? 0 : 1, "its even share is");
            case SLOTS -> level(places, place -> place.retired() ? 0 : 1, "its share of " + book.slots() + " slots is");
            case FOLLOW_DEMAND -> followDemand(places);
            case GATHER -> gather(places, target, book);
            case HOME -> home(places);
            case DRAIN, LEVEL, FREEZE, UNFREEZE ->
                throw new IllegalArgumentException(
                        "kind: " + kind + " (expected: one that moves units between the places of one SKU)");
        };
    }

    /** The next steps of a rebalance that runs; none if it has to wait. */
    public static List<Rebalance.Step> steps(SkuBook book, Rebalance rebalance, List<SlotView> slots) {
        return MoveRound.steps(book, rebalance, slots);
    }

    private static List<Place> places(SkuBook book, List<SlotView> slots) {
        List<Place> places = new ArrayList<>(slots.size());
        for (SlotView view : slots) {
            Holding holding = view.holding();
            boolean retired = view.slot() >= book.slots();
            if (holding != null) {
                places.add(new Place(view.slot(), view.effective(holding), holding.unitsPerSecond(), retired));
            } else if (view.book().epoch() == 0) {
                places.add(new Place(view.slot(), 0, 0, retired));
            }
        }
        return places;
    }

    private static Plan followDemand(List<Place> places) {
        double sum = 0;
        int active = 0;
        for (Place place : places) {
            sum += place.retired() ? 0 : place.unitsPerSecond();
            active += place.retired() ? 0 : 1;
        }
        long all = Math.round(sum * WEIGHT_OF_A_UNIT_PER_SECOND);
        if (all == 0) {
            return new Plan(List.of(), "no slot has sold anything lately, so there is no demand to follow", false);
        }
        long idle = Math.max(1, all / ((long) IDLE_PARTS * active));
        return level(
                places,
                place -> place.retired() ? 0 : idle + Math.round(place.unitsPerSecond() * WEIGHT_OF_A_UNIT_PER_SECOND),
                "by its recent rate it should have");
    }

    /** Every place gets its part of all units, by weight. */
    private static Plan level(List<Place> places, ToLongFunction<Place> weight, String share) {
        long total = places.stream().mapToLong(Place::units).sum();
        long[] weights = places.stream().mapToLong(weight).toArray();
        if (total == 0 || places.isEmpty()) {
            return new Plan(List.of(), "no slot has any units", false);
        }
        long[] shares = shares(total, weights, places);
        List<Move> moves = new ArrayList<>();
        int to = 0;
        long given = 0;
        for (int from = 0; from < shares.length; from++) {
            long surplus = places.get(from).units() - shares[from];
            while (surplus > 0) {
                long missing = shares[to] - places.get(to).units() - given;
                if (missing <= 0) {
                    to++;
                    given = 0;
                    continue;
                }
                long units = Math.min(surplus, missing);
                moves.add(Move.planned(
                        moves.size(),
                        places.get(from).slot(),
                        places.get(to).slot(),
                        units,
                        why(places.get(from), share, shares[from])));
                surplus -= units;
                given += units;
            }
        }
        String reason = moves.isEmpty()
                ? "every slot has its share of the " + total + " units in the pool"
                : total + " units in the pool of " + places.size() + " slots; " + moves.size() + " moves give each its"
                        + " share";
        return new Plan(moves, reason, false);
    }

    private static String why(Place place, String share, long units) {
        return place.retired()
                ? "slot " + place.slot() + " is to be removed and has " + place.units() + " units"
                : "slot " + place.slot() + " has " + place.units() + " units, " + share + " " + units;
    }

    /** Whole parts by weight that add up: what is left over goes to the largest remainders. */
    private static long[] shares(long total, long[] weights, List<Place> places) {
        BigInteger sum = BigInteger.ZERO;
        for (long weight : weights) {
            sum = sum.add(BigInteger.valueOf(weight));
        }
        long[] shares = new long[weights.length];
        BigInteger[] remainders = new BigInteger[weights.length];
        List<Integer> order = new ArrayList<>();
        long left = total;
        for (int i = 0; i < weights.length; i++) {
            BigInteger[] parts = BigInteger.valueOf(total)
                    .multiply(BigInteger.valueOf(weights[i]))
                    .divideAndRemainder(sum);
            shares[i] = parts[0].longValueExact();
            remainders[i] = parts[1];
            left -= shares[i];
            if (weights[i] > 0) {
                order.add(i);
            }
        }
        // Of equals those that have the most already: so a plan that was carried out is followed by none.
        order.sort(Comparator.comparing((Integer i) -> remainders[i])
                .thenComparing(i -> places.get(i).units())
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
        for (int i = 0; i < left; i++) {
            shares[order.get(i)]++;
        }
        return shares;
    }

    private static Plan gather(List<Place> places, int wanted, SkuBook book) {
        Place target = null;
        for (Place place : places) {
            boolean better = target == null || place.units() > target.units();
            if (!place.retired() && (place.slot() == wanted || (wanted == Decision.NO_TARGET && better))) {
                target = place;
            }
        }
        if (target == null) {
            return new Plan(
                    List.of(),
                    wanted == Decision.NO_TARGET
                            ? "slots: none is open (expected: one where units can be gathered)"
                            : "slot: " + wanted + " (expected: an open one, 0 to " + (book.slots() - 1) + ")",
                    true);
        }
        List<Move> moves = new ArrayList<>();
        for (Place place : places) {
            if (place.slot() != target.slot() && place.units() > 0) {
                moves.add(Move.planned(
                        moves.size(),
                        place.slot(),
                        target.slot(),
                        place.units(),
                        "all units come together in slot " + target.slot() + ", which has " + target.units()));
            }
        }
        if (book.inventory() > 0) {
            moves.add(Move.planned(
                    moves.size(),
                    Move.INVENTORY,
                    target.slot(),
                    book.inventory(),
                    "what stays in the inventory would be granted to the other slots again"));
        }
        return new Plan(
                moves,
                moves.isEmpty()
                        ? "slot " + target.slot() + " has all units already"
                        : "all units come together in slot " + target.slot(),
                false);
    }

    private static Plan home(List<Place> places) {
        List<Move> moves = new ArrayList<>();
        for (Place place : places) {
            if (place.units() > 0) {
                moves.add(Move.planned(
                        moves.size(),
                        place.slot(),
                        Move.INVENTORY,
                        place.units(),
                        "all units of the SKU go back to the inventory and stay there"));
            }
        }
        return new Plan(
                moves,
                moves.isEmpty() ? "no slot has any units" : "the pool goes back to the inventory; the SKU is frozen",
                false);
    }
}
