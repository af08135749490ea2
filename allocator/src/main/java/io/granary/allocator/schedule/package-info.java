// SPDX-License-Identifier: Apache-2.0
/**
 * Tasks that operators schedule: opening a sale, topping up a pool, rebalancing, reconciling.
 *
 * <p>The table {@code task} says what is to be done and when; a run, its effect on the books and its row in the history are
 * one transaction, so that a time is done once, whoever is killed when. db-scheduler only wakes an allocator to look.
 */
@NullMarked
package io.granary.allocator.schedule;

import org.jspecify.annotations.NullMarked;
