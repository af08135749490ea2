// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

/**
 * What callers do, whatever the shop.
 *
 * @param stock units on sale
 * @param inFlight how many callers there are; each waits for its answer before it asks again
 * @param perSecond 0: callers ask as fast as they are answered. Otherwise so many requests begin a second, by the clock,
 *     as long as no more than {@code inFlight} are under way, and latency counts from when a request should have begun
 * @param warmUpSeconds before it is measured
 * @param seconds how long it is measured
 * @param requests ends after so many, however long it takes; 0 for no limit
 */
public record Run(long stock, int inFlight, double perSecond, double warmUpSeconds, double seconds, long requests) {
    private static final long PLENTY = 1_000_000_000;

    /** As fast as they are answered, and there is always stock. */
    public static Run closed(int inFlight, double warmUpSeconds, double seconds) {
        return new Run(PLENTY, inFlight, 0, warmUpSeconds, seconds, 0);
    }

    /** By the clock, and there is always stock. */
    public static Run open(double perSecond, int atMostInFlight, double warmUpSeconds, double seconds) {
        return new Run(PLENTY, atMostInFlight, perSecond, warmUpSeconds, seconds, 0);
    }

    /** More requests than units. */
    public static Run soldOut(long stock, long requests, int inFlight) {
        return new Run(stock, inFlight, 0, 0, 60, requests);
    }
}
