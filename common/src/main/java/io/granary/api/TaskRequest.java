// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task to be made. One of {@code at}, {@code inSeconds}, {@code everySeconds} and {@code cron} says when.
 *
 * @param name 1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or a digit
 * @param sku OPEN_SALE, TOP_UP: whose; REBALANCE: whose, unless it is about a node
 * @param units OPEN_SALE: the pool has this many some time before, absent for what the leader finds right; TOP_UP: the
 *     pool has this many
 * @param aheadSeconds OPEN_SALE: how long before its time it prepares; absent for the setting's
 * @param rebalance REBALANCE: what it begins, of the task's SKU unless it is about a node
 * @param at once, at this time, which is to come
 * @param inSeconds once, so long from now by the database's clock, which runs tasks: the caller's may be another
 * @param everySeconds again and again from now on
 * @param cron minute hour day month weekday, or six fields with the second first
 * @param zone whose clock the cron expression means, such as Europe/Berlin; absent for UTC
 */
public record TaskRequest(
        String name,
        TaskKind kind,
        @Nullable String sku,
        @Nullable Long units,
        @Nullable Long aheadSeconds,
        @Nullable RebalanceRequest rebalance,
        @Nullable Instant at,
        @Nullable Long inSeconds,
        @Nullable Long everySeconds,
        @Nullable String cron,
        @Nullable String zone) {
    /**
     * @throws IllegalArgumentException if there is no name or no kind
     */
    public TaskRequest {
        Given.check("name", name);
        Given.check("kind", kind);
    }
}
