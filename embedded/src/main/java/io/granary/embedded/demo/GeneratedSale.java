// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Makes up a flash sale: one hot SKU that two thirds of all requests are for, one unit each, twice as many as there
 * are; and others whose demand falls off as in real orders. Every second of the others is asked for one unit at a time
 * too; the rest in the quantities of real order lines: mostly 1 to 12, by the dozen, now and then by the gross. The hot
 * SKU's buyers come in the first half of the sale, the others all along. Some requests are sent twice, at another moment.
 *
 * <p>The same seed makes the same sale.
 *
 * @param requests how many requests there are, not counting the second sends
 * @param others how many SKUs besides the hot one
 * @param sentTwice how many of 1,000 requests are sent twice
 */
record GeneratedSale(long seed, int requests, int others, int sentTwice) {
    static final Sku HOT = new Sku("HOT");
    static final GeneratedSale DEFAULT = new GeneratedSale(1, 300_000, 40, 20);

    /** The part of the sale in which the hot SKU's buyers come: they know when it opens. */
    private static final double RUSH = 0.5;

    /** Cumulated shares, in 1,000, of the quantities of the positive lines of the UCI "Online Retail" data set. */
    private static final int[][] QUANTITIES = {
        {284, 1},
        {438, 2},
        {506, 3},
        {575, 4},
        {597, 5},
        {675, 6},
        {680, 7},
        {705, 8},
        {709, 9},
        {752, 10},
        {868, 12},
        {879, 16},
        {892, 20},
        {937, 24},
        {947, 25},
        {960, 36},
        {974, 48},
        {982, 72},
        {990, 100},
        {996, 144},
        {1_000, 600}
    };

    GeneratedSale {
        if (requests < 3 || others < 2 || sentTwice < 0 || sentTwice > 1_000) {
            throw new IllegalArgumentException("requests: " + requests + ", others: " + others + ", sent twice: "
                    + sentTwice + " (expected: at least 3, at least 2, 0 to 1000)");
        }
    }

    GeneratedSale withSeed(long other) {
        return new GeneratedSale(other, requests, others, sentTwice);
    }

    GeneratedSale withRequests(int other) {
        return new GeneratedSale(seed, other, others, sentTwice);
    }

    /** The units of the hot SKU: a third of the requests, so that its demand is twice as high. */
    long hotUnits() {
        return requests / 3;
    }

    /** Adds the sale's steps. */
    void addTo(Orders.Builder orders) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] shares = sharesOfOthers();
        int hot = requests - requests / 3;
        int seconds = (int) ((long) requests * sentTwice / 1_000);
        int[] sends = inOrderOfArrival(hot, seconds, random);

        Sku[] sku = new Sku[requests];
        int[] quantity = new int[requests];
        for (int i = 0; i < requests; i++) {
            if (i < hot) {
                sku[i] = HOT;
                quantity[i] = 1;
            } else {
                int other = pick(shares, random.nextDouble());
                sku[i] = other(other);
                quantity[i] = other % 2 == 0 ? 1 : quantity(random.nextInt(1_000));
            }
        }
        int[] stepOf = new int[requests];
        for (int send : sends) {
            if (stepOf[send] == 0) {
                stepOf[send] = 1 + orders.request(sku[send], RequestId.of("sale-" + seed + "/" + send), quantity[send]);
            } else {
                orders.again(stepOf[send] - 1);
            }
        }
    }

    private static Sku other(int index) {
        return new Sku(index < 10 ? "SKU-0" + index : "SKU-" + index);
    }

    /** Zipf's law: the n-th SKU is asked for 1/n times as often as the first. Cumulated. */
    private double[] sharesOfOthers() {
        double[] shares = new double[others];
        double sum = 0;
        for (int i = 0; i < others; i++) {
            sum += 1.0 / (i + 1);
            shares[i] = sum;
        }
        for (int i = 0; i < others; i++) {
            shares[i] /= sum;
        }
        return shares;
    }

    private static int pick(double[] cumulated, double at) {
        int index = 0;
        while (index < cumulated.length - 1 && cumulated[index] <= at) {
            index++;
        }
        return index;
    }

    private static int quantity(int at) {
        int index = 0;
        while (QUANTITIES[index][0] <= at) {
            index++;
        }
        return QUANTITIES[index][1];
    }

    /** The requests, some of them twice; the first {@code hot} are for the hot SKU. */
    private int[] inOrderOfArrival(int hot, int seconds, SplittableRandom random) {
        long[] arrivals = new long[requests + seconds];
        for (int i = 0; i < arrivals.length; i++) {
            int request = i < requests ? i : (int) ((long) (i - requests) * requests / seconds);
            double at = random.nextDouble() * (request < hot ? RUSH : 1);
            arrivals[i] = (long) (at * Integer.MAX_VALUE) << Integer.SIZE | request;
        }
        Arrays.sort(arrivals);
        return Arrays.stream(arrivals).mapToInt(arrival -> (int) arrival).toArray();
    }
}
