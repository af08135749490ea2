// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How all of it stands at one moment: the data of a {@code state} event. Units, as settled.
 *
 * @param time when it was read, in ms since 1970
 * @param full whether {@code skus} has all SKUs, and not only those that changed since the event before
 * @param leader the allocator that leads, which says all this
 * @param term of that leader
 * @param settlement of that allocator's share of the lanes
 * @param alarms what somebody should look at, the worst first
 * @param rebalances those that are planned or run, newest first; at most 100
 * @param skus each as [code, state, slots, inventory, pool, received, sold, written off, units sold per second, frozen]
 * @param history of the totals, oldest first, each point as [time, inventory, pool, sold, units sold per second]; only
 *     in a full one
 */
public record Overview(
        long time,
        boolean full,
        String leader,
        long term,
        Totals totals,
        List<NodeFigures> nodes,
        List<AllocatorFigures> allocators,
        Settlement settlement,
        List<Alarm> alarms,
        List<RebalanceView> rebalances,
        List<List<Object>> skus,
        @Nullable List<List<Object>> history) {
    public Overview {
        nodes = List.copyOf(nodes);
        allocators = List.copyOf(allocators);
        alarms = List.copyOf(alarms);
        rebalances = List.copyOf(rebalances);
        skus = List.copyOf(skus);
    }

    /**
     * Sums over all SKUs.
     *
     * @param frozen SKUs of any state of which no unit is moved
     * @param perSecond units sold per second, lately
     */
    public record Totals(
            int skus,
            int selling,
            int paused,
            int soldOut,
            int frozen,
            long inventory,
            long pool,
            long received,
            long sold,
            long writtenOff,
            double perSecond) {}

    /**
     * A live partition node.
     *
     * @param lane that it appends to; -1 if it has none yet
     * @param ready whether it can be given partitions
     * @param drained whether it gets no partitions, and loses those that it has
     * @param partitions that it serves
     * @param exhausted those of them without units
     * @param units that it holds
     * @param perSecond units sold per second, lately
     */
    public record NodeFigures(
            String incarnation,
            String address,
            int lane,
            boolean ready,
            boolean drained,
            int partitions,
            int exhausted,
            long units,
            double perSecond) {}

    /**
     * A live allocator.
     *
     * @param address host:port of its HTTP; empty if it is not known
     */
    public record AllocatorFigures(String name, boolean leads, String address) {}

    /**
     * How far the books are behind the log.
     *
     * @param records that were read and are not applied
     * @param seconds age of the oldest of them
     */
    public record Settlement(long records, double seconds) {}

    /**
     * Something to look at; {@code docs/operations.md} says what to do.
     *
     * @param severity {@code critical} or {@code warning}
     * @param title what it is; the same for as long as it lasts
     * @param detail one line for people
     */
    public record Alarm(String severity, String title, String detail) {}
}
