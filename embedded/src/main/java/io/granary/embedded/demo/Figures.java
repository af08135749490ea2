// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.embedded.demo.Books.SkuRow;
import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * The measured part of a sale in numbers, without the warm-up: counted from the callers' journal.
 *
 * @param requests how many requests were sent at least once
 * @param secondSends how many more times one of them was sent
 * @param seconds from the first call to the last answer
 * @param lastAnswer by {@link System#nanoTime}
 * @param latencyMicros from a caller's first call for a request to its last answer
 */
record Figures(
        long requests,
        long secondSends,
        long restocks,
        long deducted,
        long soldOut,
        long insufficient,
        long otherwiseRefused,
        long unknown,
        double seconds,
        long lastAnswer,
        Histogram latencyMicros,
        Hot hot) {
    /**
     * The SKU that was asked for most.
     *
     * @param index of the SKU in the orders
     * @param calls answered calls
     * @param seconds from its first call to its last answer
     * @param deductingSeconds from its first call to the last of its answers that said DEDUCTED
     */
    record Hot(int index, long calls, long deducted, double seconds, double deductingSeconds) {
        double callsPerSecond() {
            return rate(calls, seconds);
        }

        double deductionsPerSecond() {
            return rate(deducted, deductingSeconds);
        }
    }

    /** Sums over the SKUs of the warm-up, or over the others. */
    record Units(long received, long sold, long inventory, long pool, long actual, long writtenOff) {}

    private static final long MAX_LATENCY_MICROS = 3_600_000_000L;

    double requestsPerSecond() {
        return rate(requests + secondSends, seconds);
    }

    double deductionsPerSecond() {
        return rate(deducted, seconds);
    }

    private static double rate(long count, double seconds) {
        return seconds > 0 ? count / seconds : 0;
    }

    static Figures of(Orders orders, Journal journal) {
        return new Count(orders, journal).figures();
    }

    /** The sums of MySQL's books. */
    static Units units(Orders orders, Books books, boolean ofWarmUp) {
        boolean[] warm = warmUpSkus(orders);
        long received = 0;
        long sold = 0;
        long inventory = 0;
        long pool = 0;
        long actual = 0;
        long writtenOff = 0;
        for (int i = 0; i < warm.length; i++) {
            SkuRow row = books.skus().get(orders.skus().get(i).code());
            if (row != null && warm[i] == ofWarmUp) {
                received += row.received();
                sold += row.sold();
                inventory += row.inventory();
                pool += row.pool();
                actual += row.actual();
                writtenOff += row.writtenOff();
            }
        }
        return new Units(received, sold, inventory, pool, actual, writtenOff);
    }

    static boolean[] warmUpSkus(Orders orders) {
        boolean[] warm = new boolean[orders.skus().size()];
        for (int step = 0; step < orders.warmUp(); step++) {
            warm[orders.sku(step)] = true;
        }
        return warm;
    }

    private static final class Count {
        private final Orders orders;
        private final Journal journal;
        private final int from;
        private final Histogram latency = new Histogram(MAX_LATENCY_MICROS, 3);
        private long[] calls;
        private boolean[] deducted;

        Count(Orders orders, Journal journal) {
            this.orders = orders;
            this.journal = journal;
            this.from = orders.warmUp();
            this.calls = new long[orders.skus().size()];
            this.deducted = new boolean[orders.size()];
        }

        Figures figures() {
            long requests = 0;
            long secondSends = 0;
            long restocks = 0;
            long begin = Long.MAX_VALUE;
            long end = Long.MIN_VALUE;
            for (int step = from; step < orders.size(); step++) {
                Told told = journal.told(step);
                if (told == Told.NOTHING) {
                    continue;
                }
                begin = Math.min(begin, journal.began(step));
                end = Math.max(end, journal.ended(step));
                if (orders.isRestock(step)) {
                    restocks++;
                    continue;
                }
                long micros = (journal.ended(step) - journal.began(step)) / 1_000;
                latency.recordValue(Math.min(Math.max(micros, 0), MAX_LATENCY_MICROS));
                calls[orders.sku(step)]++;
                deducted[orders.first(step)] |= told == Told.DEDUCTED;
                if (orders.first(step) == step) {
                    requests++;
                } else {
                    secondSends++;
                }
            }
            double seconds = begin < end ? (end - begin) / 1e9 : 0;
            Map<Told, Long> ends = countRequests();
            return new Figures(
                    requests,
                    secondSends,
                    restocks,
                    count(ends, Told.DEDUCTED),
                    count(ends, Told.SOLD_OUT),
                    count(ends, Told.INSUFFICIENT),
                    count(ends, Told.NO_SUCH_SKU)
                            + count(ends, Told.THROTTLED)
                            + count(ends, Told.UNAVAILABLE)
                            + count(ends, Told.CONFLICT),
                    count(ends, Told.UNKNOWN) + count(ends, Told.FAILED),
                    seconds,
                    end,
                    latency,
                    hot());
        }

        private static long count(Map<Told, Long> ends, Told told) {
            return ends.getOrDefault(told, 0L);
        }

        /** Requests by what they were told: DEDUCTED if any of their calls was, else what the first was told. */
        private Map<Told, Long> countRequests() {
            Map<Told, Long> ends = new EnumMap<>(Told.class);
            for (int step = from; step < orders.size(); step++) {
                if (!orders.isRestock(step) && orders.first(step) == step) {
                    ends.merge(deducted[step] ? Told.DEDUCTED : journal.told(step), 1L, Long::sum);
                }
            }
            return ends;
        }

        private Hot hot() {
            int hottest = 0;
            for (int i = 1; i < calls.length; i++) {
                hottest = calls[i] > calls[hottest] ? i : hottest;
            }
            long begin = Long.MAX_VALUE;
            long end = Long.MIN_VALUE;
            long lastDeducted = Long.MIN_VALUE;
            long deductedRequests = 0;
            for (int step = from; step < orders.size(); step++) {
                if (orders.sku(step) != hottest || orders.isRestock(step) || journal.told(step) == Told.NOTHING) {
                    continue;
                }
                begin = Math.min(begin, journal.began(step));
                end = Math.max(end, journal.ended(step));
                if (journal.told(step) == Told.DEDUCTED) {
                    lastDeducted = Math.max(lastDeducted, journal.ended(step));
                }
                deductedRequests += deducted[step] ? 1 : 0;
            }
            return new Hot(
                    hottest,
                    calls.length == 0 ? 0 : calls[hottest],
                    deductedRequests,
                    begin < end ? (end - begin) / 1e9 : 0,
                    begin < lastDeducted ? (lastDeducted - begin) / 1e9 : 0);
        }
    }
}
