// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Says which partitions get another node, so that those of a SKU are spread over the nodes and every node owns about the same
 * number of all. Each partition weighs the same.
 *
 * <p>A move goes from a node to one that owns at least two fewer: of the SKU, or, if the SKU is spread as evenly after the
 * move as before, of all partitions. So each move makes the one sum of squares smaller, or leaves it and makes the other one
 * smaller: it comes to an end, and where nodes differ by one nothing moves.
 *
 * <p>Pure but for what it counts: a move counts as done for those that follow. Not thread-safe.
 */
public final class Levelling {
    /** A partition's next owner, both by their incarnations. */
    public record Move(int slot, String from, String to) {}

    private final Map<String, Integer> owned;
    /** What nodes own when all own the same, rounded down and up. */
    private final int low;

    private final int high;
    private int left;

    /**
     * @param owned how many partitions of all SKUs each node owns; all nodes that can be given some, and no others
     * @param most moves, in all
     */
    public Levelling(Map<String, Integer> owned, int most) {
        this.owned = new TreeMap<>(owned);
        int nodes = Math.max(1, owned.size());
        int all = owned.values().stream().mapToInt(Integer::intValue).sum();
        low = all / nodes;
        high = (all + nodes - 1) / nodes;
        left = most;
    }

    /** The next moves, by which the partitions of a SKU are spread over the nodes. */
    public List<Move> spread(SkuBook book, Predicate<PartitionBook> movable) {
        return new OfSku(book, movable).moves(false);
    }

    /** The next moves of partitions of a SKU: by which they are spread, and by which the nodes own as many as each other. */
    public List<Move> level(SkuBook book, Predicate<PartitionBook> movable) {
        return new OfSku(book, movable).moves(true);
    }

    private final class OfSku {
        private final Predicate<PartitionBook> movable;
        /** Of each node; what turns out not to be movable leaves the list, but stays counted. */
        private final Map<String, List<PartitionBook>> partitions = new TreeMap<>();

        private final Map<String, Integer> counts = new TreeMap<>();
        private final List<Move> moves = new ArrayList<>(0);

        OfSku(SkuBook book, Predicate<PartitionBook> movable) {
            this.movable = movable;
            for (PartitionBook partition : book.partitions()) {
                String node = partition.node();
                if (node != null && owned.containsKey(node)) {
                    partitions.computeIfAbsent(node, n -> new ArrayList<>()).add(partition);
                    counts.merge(node, 1, Integer::sum);
                }
            }
        }

        List<Move> moves(boolean alsoTotals) {
            while (left > 0) {
                Move next = next(alsoTotals);
                if (next == null) {
                    break;
                }
                moves.add(next);
                left--;
                count(next.from(), -1);
                count(next.to(), 1);
            }
            return moves;
        }

        private void count(String node, int change) {
            counts.merge(node, change, Integer::sum);
            owned.merge(node, change, Integer::sum);
        }

        private @Nullable Move next(boolean alsoTotals) {
            String bestFrom = null;
            String bestTo = null;
            for (String from : partitions.keySet()) {
                for (String to : owned.keySet()) {
                    boolean helps = spreads(from, to) || (alsoTotals && levels(from, to));
                    if (helps && (bestFrom == null || bestTo == null || isBetter(from, to, bestFrom, bestTo))) {
                        bestFrom = hasMovable(from) ? from : bestFrom;
                        bestTo = hasMovable(from) ? to : bestTo;
                    }
                }
            }
            return bestFrom == null || bestTo == null ? null : take(bestFrom, bestTo);
        }

        private boolean spreads(String from, String to) {
            return ofSku(from, to) >= 2;
        }

        /** Those that own too many give first, as otherwise more would be moved than need be. */
        private boolean levels(String from, String to) {
            int has = ofAll(from);
            boolean tooMany =
                    has > high || (has > low && owned.values().stream().allMatch(one -> one <= high));
            return ofSku(from, to) == 1 && has - ofAll(to) >= 2 && tooMany;
        }

        private boolean isBetter(String from, String to, String thanFrom, String thanTo) {
            int ofSku = Integer.compare(Math.max(1, ofSku(from, to)), Math.max(1, ofSku(thanFrom, thanTo)));
            int ofAll = Integer.compare(ofAll(from) - ofAll(to), ofAll(thanFrom) - ofAll(thanTo));
            return ofSku != 0 ? ofSku > 0 : ofAll > 0;
        }

        private int ofSku(String from, String to) {
            return counts.getOrDefault(from, 0) - counts.getOrDefault(to, 0);
        }

        private int ofAll(String node) {
            return owned.getOrDefault(node, 0);
        }

        private boolean hasMovable(String node) {
            List<PartitionBook> of = partitions.getOrDefault(node, List.of());
            while (!of.isEmpty() && !movable.test(of.get(of.size() - 1))) {
                of.remove(of.size() - 1);
            }
            return !of.isEmpty();
        }

        private Move take(String from, String to) {
            List<PartitionBook> of = partitions.getOrDefault(from, List.of());
            return new Move(of.remove(of.size() - 1).slot(), from, to);
        }
    }
}
