// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import io.granary.benchmarks.load.LoadResult;
import java.util.ArrayList;
import java.util.List;

/** Compares what callers were told with what is written down. */
final class Sums {
    private Sums() {}

    /** What does not add up, in words. */
    static List<String> check(LoadResult load, Books books) {
        List<String> wrong = new ArrayList<>();
        if (books.received() != books.left() + books.sold()) {
            wrong.add("%,d units received, %,d left and %,d sold (expected: received = left + sold)"
                    .formatted(books.received(), books.left(), books.sold()));
        }
        if (books.left() < 0) {
            wrong.add("%,d units left (expected: none negative)".formatted(books.left()));
        }
        if (books.sold() != books.entries()) {
            wrong.add("%,d units sold, %,d entries in the ledger (expected: as many)"
                    .formatted(books.sold(), books.entries()));
        }
        long least = load.deducted();
        long most = load.deducted() + load.unknown();
        if (books.sold() < least || books.sold() > most) {
            wrong.add("%,d units sold (expected: %,d, which callers were told%s)"
                    .formatted(
                            books.sold(),
                            least,
                            most == least ? "" : ", to %,d, as %,d were told nothing".formatted(most, load.unknown())));
        }
        if (load.retriedOtherwise() > 0) {
            wrong.add("%,d of %,d retries were told something else than before (expected: none)"
                    .formatted(load.retriedOtherwise(), load.retried()));
        }
        return wrong;
    }
}
