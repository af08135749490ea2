// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What somebody did.
 *
 * @param number grows with each
 * @param time when, by the database's clock
 * @param who as he named himself; {@code task NAME} for a task
 * @param sku null if it was about none
 * @param subject what else it was about: the task's name, the node's, the number of the rebalance that was stopped or
 *     resumed, the id of the stock update, the lane and offset of a record, the slot of a partition
 * @param units that were asked for
 * @param what the rest of it, one line for people; may be empty
 * @param rebalance the one that it began
 * @param outcome DONE; of a stock update PENDING, APPLIED or DEAD; of a rebalance its present state
 * @param reason why it stands so, if that is known
 */
public record OperationView(
        long number,
        Instant time,
        String who,
        OperationKind kind,
        @Nullable String sku,
        @Nullable String subject,
        @Nullable Long units,
        String what,
        @Nullable Long rebalance,
        String outcome,
        @Nullable String reason) {}
