// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task as it stands.
 *
 * @param next when it does something next; null: never, as it stands
 * @param running the allocator that has taken it on; null if none has now
 * @param last its last run; null if there was none
 */
public record TaskView(
        String name,
        TaskKind kind,
        State state,
        @Nullable String sku,
        @Nullable Long units,
        @Nullable Long aheadSeconds,
        @Nullable RebalanceRequest rebalance,
        @Nullable Instant at,
        @Nullable Long everySeconds,
        @Nullable String cron,
        @Nullable String zone,
        @Nullable Instant next,
        @Nullable String running,
        @Nullable TaskRunView last,
        Instant created,
        String createdBy) {
    /** Where it stands between its times. */
    public enum State {
        WAITING,
        RUNNING,
        /** Its times pass; it runs only when asked. */
        PAUSED,
        /** It has no time any more. */
        OVER
    }
}
