// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.model.Sku;
import java.util.List;
import org.junit.jupiter.api.Test;

class SkuBookTest {
    private static final Sku SKU = new Sku("seed");

    private static SkuBook unopened(long inventory, int slots) {
        return new SkuBook(7, SKU, false, slots, inventory, 0, inventory, inventory, List.of());
    }

    private static SkuChange change(List<Assignment> assignments, List<Grant> grants) {
        return new SkuChange(7, SKU, assignments, grants);
    }

    private static SkuChange grant(long epoch, long units) {
        return change(List.of(), List.of(new Grant(0, epoch, units, Grant.Reason.OPERATOR)));
    }

    /** What settlement does to the books when customers took units. */
    private static SkuBook consumed(SkuBook book, long units) {
        PartitionBook p = book.partition(0);
        PartitionBook after = new PartitionBook(
                p.slot(), p.epoch(), p.node(), p.lane(), p.granted(), p.consumed() + units, p.returned());
        return new SkuBook(
                book.id(),
                book.sku(),
                book.paused(),
                book.slots(),
                book.inventory(),
                book.pool() - units,
                book.actual() - units,
                book.received(),
                List.of(after));
    }

    /** Invariants 1 and 2 of docs/correctness.md, "The argument", in figures. */
    @Test
    void theSeedExample() {
        SkuBook opened = unopened(10_000, 1)
                .after(change(List.of(new Assignment(0, 0, "a", 3)), List.of()), a -> true)
                .book();

        SkuBook granted = opened.after(grant(1, 400), a -> true).book();
        assertThat(granted.inventory()).isEqualTo(9_600);
        assertThat(granted.pool()).isEqualTo(400);
        assertThat(granted.actual()).isEqualTo(10_000);

        SkuBook sold = consumed(granted, 30);
        assertThat(sold.inventory()).isEqualTo(9_600);
        assertThat(sold.pool()).isEqualTo(370);
        assertThat(sold.actual()).isEqualTo(9_970);

        SkuBook again = sold.after(grant(1, 100), a -> true).book();
        assertThat(again.inventory()).isEqualTo(9_500);
        assertThat(again.pool()).isEqualTo(470);
        assertThat(again.actual()).isEqualTo(9_970);
        assertThat(again.partition(0)).isEqualTo(new PartitionBook(0, 1, "a", 3, 500, 30, 0));
    }

    @Test
    void whatWasHaltedMeanwhileIsGrantedNothing() {
        PartitionBook halted = new PartitionBook(0, 1, "a", 3, 10, 4, 0, true);
        SkuBook book = new SkuBook(7, SKU, false, 1, 100, 6, 106, 106, List.of(halted));

        SkuBook.Changed changed = book.after(
                change(List.of(new Assignment(0, 1, "b", 4)), List.of(new Grant(0, 2, 5, Grant.Reason.REFILL))),
                a -> true);
        assertThat(changed.grants()).isEmpty();
        assertThat(changed.book().partition(0)).isEqualTo(new PartitionBook(0, 2, "b", 4, 10, 4, 0, true));
    }

    @Test
    void anAssignmentIsACompareAndSetOnTheEpoch() {
        SkuBook book = unopened(10, 1)
                .after(change(List.of(new Assignment(0, 0, "a", 3)), List.of()), a -> true)
                .book();

        SkuBook.Changed late = book.after(
                change(List.of(new Assignment(0, 0, "b", 4)), List.of(new Grant(0, 2, 5, Grant.Reason.FIRST))),
                a -> true);
        assertThat(late.assignments()).isEmpty();
        assertThat(late.grants()).isEmpty();
        assertThat(late.book()).isEqualTo(book);

        SkuBook.Changed next = book.after(change(List.of(new Assignment(0, 1, "b", 4)), List.of()), a -> true);
        assertThat(next.book().partition(0)).isEqualTo(new PartitionBook(0, 2, "b", 4, 0, 0, 0));
    }

    @Test
    void nobodyIsGivenAPartitionInALaneThatIsNotHis() {
        SkuBook.Changed changed = unopened(10, 2)
                .after(
                        change(
                                List.of(new Assignment(0, 0, "a", 3), new Assignment(1, 0, "b", 4)),
                                List.of(
                                        new Grant(0, 1, 5, Grant.Reason.FIRST),
                                        new Grant(1, 1, 5, Grant.Reason.FIRST))),
                        a -> a.lane() == 4);
        assertThat(changed.assignments()).containsExactly(new Assignment(1, 0, "b", 4));
        assertThat(changed.grants()).containsExactly(new Grant(1, 1, 5, Grant.Reason.FIRST));
        assertThat(changed.book().partitions()).hasSize(1);
        assertThat(changed.book().inventory()).isEqualTo(5);
    }

    @Test
    void aGrantGivesWhatTheInventoryHas() {
        SkuBook.Changed changed = unopened(10, 2)
                .after(
                        change(
                                List.of(new Assignment(0, 0, "a", 3), new Assignment(1, 0, "b", 4)),
                                List.of(
                                        new Grant(0, 1, 8, Grant.Reason.FIRST),
                                        new Grant(1, 1, 8, Grant.Reason.FIRST))),
                        a -> true);
        assertThat(changed.book().inventory()).isZero();
        assertThat(changed.book().pool()).isEqualTo(10);
        assertThat(changed.grants()).extracting(Grant::units).containsExactly(8L, 2L);
    }

    @Test
    void booksThatDoNotHoldTogetherAreNotActedOn() {
        assertThatThrownBy(() -> new SkuBook(7, SKU, false, 1, 5, 6, 10, 10, List.of()))
                .hasMessageContaining("expected: actual = inventory + pool");
    }
}
