// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A partition node that lives or is drained.
 *
 * @param node its configured name
 * @param incarnation of its present start; null if it does not live
 * @param address host:port of its services; null if it does not live
 * @param lane that it appends to; null if it has none, or is not ready
 * @param ready whether it can serve partitions
 * @param outOfReachSince since when it is registered, but not heard by the leader; null if it is heard
 * @param partitions that it owns, in the books
 * @param drained whether it gets no partitions
 * @param drainedBy who wanted that
 * @param drainedSince when
 */
public record NodeView(
        String node,
        @Nullable String incarnation,
        @Nullable String address,
        @Nullable Integer lane,
        boolean ready,
        @Nullable Instant outOfReachSince,
        int partitions,
        boolean drained,
        @Nullable String drainedBy,
        @Nullable Instant drainedSince) {}
