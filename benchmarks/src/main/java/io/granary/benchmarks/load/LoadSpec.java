// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

import java.util.List;
import java.util.Map;

/**
 * A run for the process of the callers.
 *
 * @param way how it is sold, one of {@link Shops#ways()}
 * @param products which take turns, and are on sale
 * @param seed of the request ids
 * @param processes ids of processes whose CPU time is measured, by the name that they have in the result
 */
public record LoadSpec(String way, List<String> products, Run run, long seed, Map<String, List<Long>> processes) {}
