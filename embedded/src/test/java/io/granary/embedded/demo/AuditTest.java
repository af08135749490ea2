// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.embedded.demo.Books.LedgerRow;
import io.granary.embedded.demo.Books.SkuRow;
import io.granary.embedded.demo.Findings.Wrong;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A sale that went right, and one fault planted in each test: the audit names this fault and no other. */
class AuditTest {
    private static final Sku A = new Sku("A");
    private static final Sku B = new Sku("B");
    private static final WallClock CLOCK = new WallClock(0, 1_000_000);

    private final Orders orders;
    private final Journal journal;
    private final List<LedgerRow> ledger = new ArrayList<>();
    private final Map<String, SkuRow> skus = new HashMap<>();
    private final long[] start = {5, 10};
    private long dead;

    /** A: 5 units; 3 sold, again the 3, 4 refused, 1 returned, 2 sold, 1 left. B: 10 units, 10 sold, 1 refused. */
    AuditTest() {
        Orders.Builder builder = new Orders.Builder();
        builder.request(A, RequestId.of("a1"), 3);
        builder.again(0);
        builder.request(A, RequestId.of("a2"), 4);
        builder.restock(A, 1);
        builder.request(A, RequestId.of("a3"), 2);
        builder.request(B, RequestId.of("b1"), 10);
        builder.request(B, RequestId.of("b2"), 1);
        orders = builder.build(0);
        journal = new Journal(orders.size());
        tell(0, Told.DEDUCTED);
        tell(1, Told.DEDUCTED);
        tell(2, Told.INSUFFICIENT);
        tell(3, Told.RESTOCKED);
        tell(4, Told.DEDUCTED);
        tell(5, Told.DEDUCTED);
        tell(6, Told.SOLD_OUT);
        ledger.add(new LedgerRow("A", RequestId.of("a1"), 3));
        ledger.add(new LedgerRow("A", RequestId.of("a3"), 2));
        ledger.add(new LedgerRow("B", RequestId.of("b1"), 10));
        skus.put("A", new SkuRow(1, 0, 1, 6, 5, 0, 0, 5, micros(3)));
        skus.put("B", new SkuRow(0, 0, 0, 10, 10, 0, 0, 10, Books.NEVER));
    }

    /** Step n lasts from n to n + 1 ms. */
    private void tell(int step, Told told) {
        journal.begin(step, step * 1_000_000L);
        journal.end(step, (step + 1) * 1_000_000L - 1, told);
    }

    /** In the middle of step n, by MySQL's clock. */
    private static long micros(int step) {
        return CLOCK.micros() + step * 1_000L + 500;
    }

    private Audit.Result check() {
        return new Audit(orders, journal, start, CLOCK).check(new Books(skus, ledger, dead, 0));
    }

    private Set<Wrong> wrong() {
        Findings findings = check().findings();
        Set<Wrong> found = EnumSet.noneOf(Wrong.class);
        for (Wrong wrong : Wrong.values()) {
            if (findings.count(wrong) > 0) {
                found.add(wrong);
            }
        }
        assertThat(findings.lines()).hasSize(found.size());
        return found;
    }

    @Test
    void findsNothingWhenNothingIsWrong() {
        Audit.Result result = check();

        assertThat(result.findings().lines()).isEmpty();
        assertThat(result.findings().isEmpty()).isTrue();
        assertThat(result.deducted()).isEqualTo(3);
    }

    @Test
    void aLostAcknowledgement() {
        ledger.remove(0);
        skus.put("A", new SkuRow(4, 0, 4, 6, 2, 0, 0, 2, micros(3)));

        assertThat(wrong()).containsExactly(Wrong.LOST_ACKNOWLEDGEMENT);
    }

    @Test
    void anotherQuantityInTheLedger() {
        ledger.set(0, new LedgerRow("A", RequestId.of("a1"), 2));
        skus.put("A", new SkuRow(2, 0, 2, 6, 4, 0, 0, 4, micros(3)));

        assertThat(wrong()).containsExactly(Wrong.WRONG_QUANTITY);
    }

    @Test
    void aRefusalThatIsInTheLedger() {
        start[0] = 9;
        ledger.add(new LedgerRow("A", RequestId.of("a2"), 4));
        skus.put("A", new SkuRow(1, 0, 1, 10, 9, 0, 0, 9, micros(3)));

        assertThat(wrong()).containsExactly(Wrong.REFUSED_BUT_SOLD);
    }

    @Test
    void aDeductionThatNobodyAskedFor() {
        ledger.add(new LedgerRow("A", RequestId.of("a9"), 1));
        skus.put("A", new SkuRow(0, 0, 0, 6, 6, 0, 0, 6, micros(3)));

        assertThat(wrong()).containsExactly(Wrong.NEVER_ASKED);
    }

    @Test
    void aDeductionUnderAnotherSku() {
        start[1] = 13;
        ledger.add(new LedgerRow("B", RequestId.of("a1"), 3));
        skus.put("B", new SkuRow(0, 0, 0, 13, 13, 0, 0, 13, Books.NEVER));

        assertThat(wrong()).containsExactly(Wrong.NEVER_ASKED);
    }

    @Test
    void anOversoldSku() {
        start[1] = 9;
        skus.put("B", new SkuRow(-1, 0, -1, 9, 10, 0, 0, 10, Books.NEVER));

        assertThat(wrong()).containsExactlyInAnyOrder(Wrong.OVERSOLD, Wrong.ACCOUNTS);
    }

    @Test
    void anUndersoldSku() {
        start[1] = 11;
        skus.put("B", new SkuRow(0, 1, 1, 11, 10, 0, 1, 10, Books.NEVER));

        assertThat(wrong()).containsExactly(Wrong.UNDERSOLD);
    }

    @Test
    void unitsThatCameAfterTheRefusalWereNotUndersold() {
        start[1] = 11;
        skus.put("B", new SkuRow(0, 1, 1, 11, 10, 0, 1, 10, micros(6)));

        assertThat(wrong()).isEmpty();
    }

    @Test
    void unitsThatCameJustBeforeTheRefusedCallWereUndersold() {
        start[1] = 11;
        skus.put("B", new SkuRow(0, 1, 1, 11, 10, 0, 1, 10, micros(6) - 501));

        assertThat(wrong()).containsExactly(Wrong.UNDERSOLD);
    }

    @Test
    void theLastCallOfACallerThatAskedAgainCounts() {
        start[1] = 11;
        skus.put("B", new SkuRow(0, 1, 1, 11, 10, 0, 1, 10, micros(6)));
        journal.askAgain(6, 6_900_000);

        assertThat(wrong()).containsExactly(Wrong.UNDERSOLD);
    }

    @Test
    void anAcknowledgementThatWasTakenBack() {
        tell(1, Told.SOLD_OUT);

        assertThat(wrong()).containsExactly(Wrong.ANSWER_CHANGED);
    }

    @Test
    void aRefusalBesideAnAcknowledgementIsNoChangeOfMind() {
        tell(1, Told.SOLD_OUT);
        journal.begin(1, 500);

        assertThat(wrong()).isEmpty();
    }

    @Test
    void unknownOutcomesAreResolvedByTheLedger() {
        tell(5, Told.UNKNOWN);
        tell(6, Told.UNKNOWN);

        assertThat(wrong()).containsExactly(Wrong.UNKNOWN);
        Audit.Result result = check();
        assertThat(result.unknownSold()).isEqualTo(1);
        assertThat(result.unknownNotSold()).isEqualTo(1);
    }

    @Test
    void aRestockThatGotLost() {
        skus.put("A", new SkuRow(0, 0, 0, 5, 5, 0, 0, 5, micros(3)));

        assertThat(wrong()).containsExactly(Wrong.RECEIVED);
    }

    @Test
    void aRestockThatWasAppliedTwice() {
        skus.put("A", new SkuRow(2, 0, 2, 7, 5, 0, 0, 5, micros(3)));

        assertThat(wrong()).containsExactly(Wrong.RECEIVED);
    }

    @Test
    void aSkuThatGotLost() {
        skus.remove("B");
        ledger.remove(2);
        tell(5, Told.NO_SUCH_SKU);

        assertThat(wrong()).containsExactly(Wrong.RECEIVED);
    }

    @Test
    void aRestockThatCouldNotBeSent() {
        tell(3, Told.FAILED);
        skus.put("A", new SkuRow(0, 0, 0, 5, 5, 0, 0, 5, Books.NEVER));

        assertThat(wrong()).containsExactly(Wrong.FAILED);
    }

    @Test
    void sumsThatDoNotAddUp() {
        skus.put("A", new SkuRow(1, 1, 1, 6, 5, 0, 1, 5, micros(3)));
        assertThat(wrong()).as("actual = pool + inventory").containsExactly(Wrong.ACCOUNTS);

        skus.put("A", new SkuRow(0, 1, 1, 6, 5, 0, 2, 5, micros(3)));
        assertThat(wrong()).as("pool = sum of the partitions").containsExactly(Wrong.ACCOUNTS);

        skus.put("A", new SkuRow(1, 0, 1, 6, 4, 0, 0, 5, micros(3)));
        assertThat(wrong()).as("received = sold + actual + written off").containsExactly(Wrong.ACCOUNTS);

        skus.put("A", new SkuRow(1, 0, 1, 6, 5, 0, 0, 4, micros(3)));
        assertThat(wrong()).as("sold = sum of the ledger").containsExactly(Wrong.ACCOUNTS);
    }

    @Test
    void aStockUpdateThatWasRefused() {
        dead = 1;

        assertThat(wrong()).containsExactly(Wrong.DEAD_UPDATE);
    }

    @Test
    void anAnswerThatCannotBe() {
        tell(6, Told.CONFLICT);

        assertThat(wrong()).containsExactly(Wrong.FAILED);
    }

    @Test
    void stepsThatWereNotTakenCountForNothing() {
        Journal stopped = new Journal(orders.size());
        stopped.begin(0, 0);
        stopped.end(0, 1, Told.DEDUCTED);
        Books books = new Books(
                Map.of(
                        "A", new SkuRow(2, 0, 2, 5, 3, 0, 0, 3, Books.NEVER),
                        "B", new SkuRow(10, 0, 10, 10, 0, 0, 0, 0, Books.NEVER)),
                List.of(new LedgerRow("A", RequestId.of("a1"), 3)),
                0,
                0);

        Audit.Result result = new Audit(orders, stopped, start, CLOCK).check(books);

        assertThat(result.findings().lines()).isEmpty();
    }
}
