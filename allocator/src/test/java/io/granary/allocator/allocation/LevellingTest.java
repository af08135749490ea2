// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.allocation.Levelling.Move;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LevellingTest {
    private static final int MANY = 1_000_000;

    /** A SKU whose slots 0, 1, 2… are owned by these nodes; "-": by nobody that lives. */
    private static SkuBook sku(int id, String... owners) {
        List<PartitionBook> partitions = new ArrayList<>();
        for (String owner : owners) {
            partitions.add(new PartitionBook(partitions.size(), 1, owner, 0, 0, 0, 0));
        }
        return new SkuBook(id, new Sku("s" + id), false, owners.length, 0, 0, 0, 0, partitions);
    }

    private static SkuBook after(SkuBook book, List<Move> moves) {
        List<PartitionBook> partitions = new ArrayList<>(book.partitions());
        for (Move move : moves) {
            PartitionBook old = partitions.get(move.slot());
            assertThat(old.node()).isEqualTo(move.from());
            partitions.set(move.slot(), old.owned(new Assignment(old.slot(), old.epoch(), move.to(), 0)));
        }
        return book.withUnits(0, 0, 0, partitions);
    }

    private static Map<String, Integer> count(List<SkuBook> books, List<String> nodes) {
        Map<String, Integer> owned = new TreeMap<>();
        nodes.forEach(node -> owned.put(node, 0));
        for (SkuBook book : books) {
            book.partitions().forEach(partition -> owned.computeIfPresent(partition.node(), (node, n) -> n + 1));
        }
        return owned;
    }

    private static int difference(Map<String, Integer> owned) {
        return Collections.max(owned.values()) - Collections.min(owned.values());
    }

    // ---- One SKU

    @ParameterizedTest
    @CsvSource({
        // Two more of the SKU: they are spread, whatever the nodes own in all.
        "'a a', 2, 0, 1",
        "'a a', 2, 9, 1",
        "'a a a a', 4, 0, 2",
        "'a a a b', 3, 1, 1",
        // One more of the SKU: it goes where two fewer are in all.
        "'a', 3, 1, 1",
        "'a', 2, 1, 0",
        "'a', 2, 2, 0",
        "'a', 1, 2, 0",
        "'a a b', 4, 2, 1",
        "'a a b', 4, 3, 0",
        // None more of the SKU: it would be spread less evenly.
        "'a b', 9, 1, 0",
        "'-', 9, 1, 0"
    })
    void aPartitionGoesToANodeThatOwnsTwoFewer(String owners, int ofA, int ofB, int moved) {
        SkuBook book = sku(1, owners.split(" "));
        List<Move> moves = new Levelling(Map.of("a", ofA, "b", ofB), MANY).level(book, partition -> true);
        assertThat(moves).hasSize(moved).allSatisfy(move -> {
            assertThat(move.from()).isEqualTo("a");
            assertThat(move.to()).isEqualTo("b");
        });
    }

    @Test
    void toSpreadASkuIsNotToLevelTheNodes() {
        Levelling levelling = new Levelling(Map.of("a", 9, "b", 1), MANY);
        assertThat(levelling.spread(sku(1, "a"), partition -> true)).isEmpty();
        assertThat(levelling.spread(sku(2, "a", "a", "a"), partition -> true)).hasSize(1);
    }

    @Test
    void itGoesToTheEmptiestOfThoseThatHaveNoneOfTheSku() {
        Levelling levelling = new Levelling(Map.of("a", 4, "b", 3, "c", 2, "d", 1), MANY);
        assertThat(levelling.level(sku(1, "a", "a", "d"), partition -> true)).containsExactly(new Move(1, "a", "c"));
    }

    @Test
    void whatMayNotMoveStaysAndCounts() {
        Levelling levelling = new Levelling(Map.of("a", 3, "b", 0), MANY);
        SkuBook book = sku(1, "a", "a", "a");
        assertThat(levelling.level(book, partition -> false)).isEmpty();
        assertThat(levelling.level(book, partition -> partition.slot() == 1)).containsExactly(new Move(1, "a", "b"));
    }

    @Test
    void noMoreAreMovedThanWasAllowed() {
        Levelling levelling = new Levelling(Map.of("a", 8, "b", 0), 3);
        assertThat(levelling.level(sku(1, "a", "a", "a", "a"), partition -> true))
                .hasSize(2);
        assertThat(levelling.level(sku(2, "a", "a", "a", "a"), partition -> true))
                .hasSize(1);
        assertThat(levelling.level(sku(3, "a"), partition -> true)).isEmpty();
    }

    @Test
    void withoutNodesNothingMoves() {
        assertThat(new Levelling(Map.of(), MANY).level(sku(1, "a", "a"), partition -> true))
                .isEmpty();
    }

    // ---- Many SKUs

    /** Each SKU with one slot: as few are moved as can be, however they are ordered. */
    @ParameterizedTest
    @CsvSource({"'10 6 0', 5", "'10 10 0', 6", "'5 6 0', 3", "'0 0 11', 7", "'4 4 3', 0", "'1 1 3', 1", "'0 1 0', 0"})
    void noMoreAreMovedThanTheNodesDifferBy(String counts, int least) {
        List<String> nodes = List.of("a", "b", "c");
        List<SkuBook> books = new ArrayList<>();
        for (int node = 0; node < 3; node++) {
            for (int i = 0; i < Integer.parseInt(counts.split(" ")[node]); i++) {
                books.add(sku(books.size(), nodes.get(node)));
            }
        }
        for (int seed = 0; seed < 20; seed++) {
            List<SkuBook> shuffled = new ArrayList<>(books);
            Collections.shuffle(shuffled, new Random(seed));
            assertThat(settle(shuffled, nodes, 3)).as("seed %s", seed).isEqualTo(least);
            assertThat(difference(count(shuffled, nodes))).isLessThanOrEqualTo(1);
        }
    }

    /** Sweeps over the books until nothing moves; how many were moved. */
    private static int settle(List<SkuBook> books, List<String> nodes, int mostInASweep) {
        int all = 0;
        while (true) {
            Levelling levelling = new Levelling(count(books, nodes), mostInASweep);
            int moved = 0;
            for (int i = 0; i < books.size(); i++) {
                List<Move> moves = levelling.level(books.get(i), partition -> true);
                books.set(i, after(books.get(i), moves));
                moved += moves.size();
            }
            assertThat(moved).isLessThanOrEqualTo(mostInASweep);
            all += moved;
            assertThat(all).as("moves").isLessThan(100_000);
            if (moved == 0) {
                return all;
            }
        }
    }

    /** Whatever owns what: it comes to an end, with every SKU spread and the nodes level. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void itSettles(int nodeCount) {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            List<String> nodes = new ArrayList<>();
            for (int i = 0; i < nodeCount; i++) {
                nodes.add("n" + i);
            }
            List<SkuBook> books = new ArrayList<>();
            for (int id = 0; id < 60; id++) {
                String[] owners = new String[1 + random.nextInt(random.nextInt(10) + 1)];
                for (int slot = 0; slot < owners.length; slot++) {
                    owners[slot] = nodes.get((int) (nodeCount * random.nextDouble() * random.nextDouble()));
                }
                books.add(sku(id, owners));
            }
            settle(books, nodes, 1 + random.nextInt(20));
            assertThat(difference(count(books, nodes))).as("seed %s", seed).isLessThanOrEqualTo(1);
            for (SkuBook book : books) {
                assertThat(difference(count(List.of(book), nodes)))
                        .as("seed %s, %s", seed, book)
                        .isLessThanOrEqualTo(1);
            }
        }
    }
}
