// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

import java.util.List;
import java.util.Map;

/**
 * What callers shall do.
 *
 * @param skus the products, which take turns
 * @param inFlight how many callers there are; each waits for its answer before it asks again
 * @param perSecond 0: callers ask as fast as they are answered. Otherwise so many requests begin a second, by the clock,
 *     as long as no more than {@code inFlight} are under way, and latency counts from when a request should have begun
 * @param warmUpSeconds before it is measured
 * @param seconds how long it is measured
 * @param requests ends after so many, however long it takes; 0 for no limit
 * @param seed of the request ids
 * @param processes ids of processes whose CPU time is measured, by the name that they have in the result
 */
public record LoadSpec(
        List<String> skus,
        int inFlight,
        double perSecond,
        double warmUpSeconds,
        double seconds,
        long requests,
        long seed,
        Map<String, List<Long>> processes) {}
