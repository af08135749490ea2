// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.embedded.demo.Books.LedgerRow;
import io.granary.embedded.demo.Books.SkuRow;
import io.granary.embedded.demo.Findings.Wrong;
import io.granary.model.RequestId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Compares what callers were told with what MySQL says, after settlement has caught up. It knows nothing of the
 * services: its sources are the orders, the callers' journal, and the books.
 */
final class Audit {
    /** A request within its SKU. */
    private record Request(String sku, RequestId id) {}

    /** What the calls of one request were told, taken together. */
    private static final class Outcome {
        boolean deducted;
        boolean refused;
        boolean open;
        /** When the first of its calls that were told DEDUCTED ended. */
        long deductedAt = Long.MAX_VALUE;

        boolean inLedger;
    }

    /**
     * What came out.
     *
     * @param deducted requests, each once, that callers know to be deducted
     * @param unknownSold requests whose callers never learned the outcome, and that are in the ledger
     * @param unknownNotSold requests whose callers never learned the outcome, and that are not in the ledger
     */
    record Result(Findings findings, long deducted, long unknownSold, long unknownNotSold) {}

    private final Orders orders;
    private final Journal journal;
    /** The units that were sent for each SKU, by its index: at the start and by restocks. */
    private final long[] sent;

    private final WallClock clock;

    /**
     * @param startUnits the units of each SKU that were sent before the first step, by the index of the SKU
     */
    Audit(Orders orders, Journal journal, long[] startUnits, WallClock clock) {
        this.orders = orders;
        this.journal = journal;
        this.sent = Arrays.copyOf(startUnits, startUnits.length);
        this.clock = clock;
        for (int step = 0; step < orders.size(); step++) {
            if (orders.isRestock(step) && journal.told(step) == Told.RESTOCKED) {
                sent[orders.sku(step)] += orders.units(step);
            }
        }
    }

    Result check(Books books) {
        Findings findings = new Findings();
        Outcome[] outcomes = outcomes(findings);
        compareWithLedger(books, outcomes, findings);
        long deducted = 0;
        long unknownSold = 0;
        long unknownNotSold = 0;
        long[] acknowledged = new long[orders.skus().size()];
        for (int step = 0; step < orders.size(); step++) {
            Outcome outcome = outcomes[step];
            if (outcome == null) {
                continue;
            }
            if (outcome.deducted) {
                deducted++;
                acknowledged[orders.sku(step)] += orders.units(step);
                if (!outcome.inLedger) {
                    findings.add(Wrong.LOST_ACKNOWLEDGEMENT, name(step));
                }
            } else if (outcome.open) {
                findings.add(Wrong.UNKNOWN, name(step));
                unknownSold += outcome.inLedger ? 1 : 0;
                unknownNotSold += outcome.inLedger ? 0 : 1;
            } else if (outcome.refused && outcome.inLedger) {
                findings.add(Wrong.REFUSED_BUT_SOLD, name(step));
            }
        }
        compareAccounts(books, acknowledged, findings);
        findUndersold(books, findings);
        if (books.deadUpdates() > 0) {
            findings.add(Wrong.DEAD_UPDATE, books.deadUpdates(), "see table stock_update");
        }
        return new Result(findings, deducted, unknownSold, unknownNotSold);
    }

    private String name(int step) {
        return orders.skus().get(orders.sku(step)) + " " + orders.id(step) + " step " + step;
    }

    /** By the first step of each request; null for steps that send a request again, and for those not taken. */
    private Outcome[] outcomes(Findings findings) {
        Outcome[] outcomes = new Outcome[orders.size()];
        for (int step = 0; step < orders.size(); step++) {
            Told told = journal.told(step);
            if (told == Told.NOTHING) {
                continue;
            }
            if (orders.isRestock(step)) {
                if (told != Told.RESTOCKED) {
                    findings.add(Wrong.FAILED, name(step) + " restock " + told);
                }
                continue;
            }
            int first = orders.first(step);
            if (outcomes[first] == null) {
                outcomes[first] = new Outcome();
            }
            Outcome outcome = outcomes[first];
            switch (told) {
                case DEDUCTED -> {
                    outcome.deducted = true;
                    outcome.deductedAt = Math.min(outcome.deductedAt, journal.ended(step));
                }
                case UNKNOWN, FAILED -> outcome.open = true;
                // Nobody sends an id with two quantities here.
                case CONFLICT, RESTOCKED, NOTHING -> findings.add(Wrong.FAILED, name(step) + " was told " + told);
                case SOLD_OUT, INSUFFICIENT, NO_SUCH_SKU, THROTTLED, UNAVAILABLE -> outcome.refused = true;
            }
        }
        for (int step = 0; step < orders.size(); step++) {
            Outcome outcome = outcomes[orders.first(step)];
            if (outcome != null
                    && !orders.isRestock(step)
                    && journal.told(step).isRefusal()
                    && outcome.deducted
                    && journal.lastAsked(step) > outcome.deductedAt) {
                findings.add(Wrong.ANSWER_CHANGED, name(step));
            }
        }
        return outcomes;
    }

    private void compareWithLedger(Books books, Outcome[] outcomes, Findings findings) {
        Map<Request, Integer> asked = new HashMap<>(orders.size() * 2);
        for (int step = 0; step < orders.size(); step++) {
            if (outcomes[step] != null) {
                asked.put(new Request(orders.skus().get(orders.sku(step)).code(), orders.id(step)), step);
            }
        }
        for (LedgerRow row : books.ledger()) {
            Integer step = asked.get(new Request(row.sku(), row.id()));
            Outcome outcome = step == null ? null : outcomes[step];
            if (step == null || outcome == null) {
                findings.add(Wrong.NEVER_ASKED, row.toString());
                continue;
            }
            if (outcome.inLedger) {
                findings.add(Wrong.NEVER_ASKED, "twice: " + row);
            }
            outcome.inLedger = true;
            if (row.quantity() != orders.units(step)) {
                findings.add(Wrong.WRONG_QUANTITY, row + " (expected: " + orders.units(step) + ")");
            }
        }
    }

    private void compareAccounts(Books books, long[] acknowledged, Findings findings) {
        for (int i = 0; i < acknowledged.length; i++) {
            String code = orders.skus().get(i).code();
            SkuRow row = books.skus().get(code);
            if (row == null) {
                if (sent[i] > 0 || acknowledged[i] > 0) {
                    findings.add(Wrong.RECEIVED, code + " is missing (expected: " + sent[i] + " units)");
                }
                continue;
            }
            if (acknowledged[i] > row.received() || row.ledger() > row.received() || row.sold() > row.received()) {
                findings.add(
                        Wrong.OVERSOLD,
                        code + ": " + acknowledged[i] + " acknowledged, " + row.ledger() + " in the ledger, "
                                + row.received() + " received");
            }
            if (row.received() != sent[i]) {
                findings.add(Wrong.RECEIVED, code + ": " + row.received() + " (expected: " + sent[i] + ")");
            }
        }
        books.skus().forEach((code, row) -> {
            boolean addsUp = row.received() == row.sold() + row.actual() + row.writtenOff()
                    && row.actual() == row.pool() + row.inventory()
                    && row.pool() == row.held()
                    && row.sold() == row.ledger()
                    && row.inventory() >= 0
                    && row.pool() >= 0;
            if (!addsUp) {
                findings.add(Wrong.ACCOUNTS, code + ": " + row);
            }
        });
    }

    /** A refusal is wrong if the units were there all the while: at the end, and nothing came after the call began. */
    private void findUndersold(Books books, Findings findings) {
        int skus = orders.skus().size();
        long[] leastRefused = new long[skus];
        Arrays.fill(leastRefused, Long.MAX_VALUE);
        for (int step = 0; step < orders.size(); step++) {
            SkuRow row = books.skus().get(orders.skus().get(orders.sku(step)).code());
            if (!orders.isRestock(step)
                    && journal.told(step).isRefusal()
                    && row != null
                    && clock.micros(journal.lastAsked(step)) > row.lastRestock()) {
                leastRefused[orders.sku(step)] = Math.min(leastRefused[orders.sku(step)], orders.units(step));
            }
        }
        for (int i = 0; i < skus; i++) {
            String code = orders.skus().get(i).code();
            SkuRow row = books.skus().get(code);
            if (row != null && row.actual() >= leastRefused[i]) {
                findings.add(
                        Wrong.UNDERSOLD, code + ": " + row.actual() + " left, " + leastRefused[i] + " was refused");
            }
        }
    }
}
