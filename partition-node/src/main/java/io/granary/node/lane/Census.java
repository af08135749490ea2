// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

/**
 * What a lane holds at one moment.
 *
 * @param joined whether its place in the log is known: only then are partitions opened
 * @param stopped whether nothing can be served any more
 * @param serving partitions with units
 * @param exhausted partitions without
 * @param opening partitions that are being taken over
 * @param belowWatermark partitions that want a refill, the exhausted ones included
 * @param poolUnits units of all partitions
 * @param backlogEntries requests that wait for room in a record
 * @param writingNanos for how long the record in flight has been under way; 0 if none is
 * @param rememberedIds request ids, of all partitions
 * @param idWindowNanos for how long ids were remembered at least, when the window last turned
 */
public record Census(
        boolean joined,
        boolean stopped,
        int serving,
        int exhausted,
        int opening,
        int belowWatermark,
        long poolUnits,
        int backlogEntries,
        long writingNanos,
        long rememberedIds,
        long idWindowNanos) {}
