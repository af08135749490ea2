// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.allocator.allocation.Assignment;
import io.granary.allocator.allocation.Grant;
import io.granary.allocator.allocation.SkuBook;
import io.granary.metrics.MeterScope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a leader tells about itself. Thread-safe; written on the leader's loop. */
final class LeaderMetrics {
    private final Map<Grant.Reason, Counter> grants = new EnumMap<>(Grant.Reason.class);
    private final Map<Grant.Reason, Counter> units = new EnumMap<>(Grant.Reason.class);
    private final Counter takenBack;
    private final Counter ceilings;
    private final Counter opened;
    private final Counter replaced;
    private final Counter levelled;
    private final Timer takeover;
    private final Timer sweep;
    private final Timer look;
    private final Counter looksFailed;
    private final AtomicInteger leading = new AtomicInteger();
    private final AtomicInteger unreached = new AtomicInteger();
    private final AtomicInteger nodes = new AtomicInteger();
    private final AtomicInteger nodesUnreachable = new AtomicInteger();
    private final AtomicInteger attention = new AtomicInteger();
    private final AtomicInteger recordVersion = new AtomicInteger();
    private final AtomicInteger behind = new AtomicInteger();
    private final AtomicInteger failing = new AtomicInteger();
    private final AtomicInteger spread = new AtomicInteger();

    LeaderMetrics(MeterScope meters) {
        for (Grant.Reason reason : Grant.Reason.values()) {
            String tag = reason.name().toLowerCase(Locale.ROOT);
            grants.put(reason, meters.counter("granary.leader.grants", "Grants of units to partitions", "reason", tag));
            units.put(
                    reason,
                    meters.counter("granary.leader.granted.units", "Units granted to partitions", "reason", tag));
        }
        takenBack = meters.counter("granary.leader.returns", "Messages that ask a partition for units");
        ceilings = meters.counter("granary.leader.ceilings", "Messages that tell a node how little of a SKU is left");
        opened = assignments(meters, "first");
        replaced = assignments(meters, "takeover");
        levelled = assignments(meters, "level");
        takeover = meters.timer(
                "granary.leader.takeover",
                "From the decision to give a partition another owner until that one says that it is open");
        sweep = meters.timer("granary.leader.sweep", "Comparisons of all books with what the nodes report");
        look = meters.timer("granary.leader.look", "Looks at SKUs that need attention, many at once");
        looksFailed = meters.counter("granary.leader.look.failed", "Looks that failed and are done again");
        meters.gauge("granary.leader.leading", "1 if this allocator leads, else 0", leading::get);
        meters.gauge(
                "granary.leader.registry.unreachable",
                "1 while this allocator can't ask the registry: sales and grants go on",
                unreached::get);
        meters.gauge("granary.leader.nodes", "Live nodes that the leader knows", nodes::get);
        meters.gauge(
                "granary.leader.nodes.unreachable",
                "Live nodes that the leader has not heard for too long; others take over from them",
                nodesUnreachable::get);
        meters.gauge("granary.leader.attention", "SKUs that wait for a look", attention::get);
        meters.gauge(
                "granary.leader.record.version",
                "Version of the records that nodes are to write, 0 if this allocator does not lead",
                recordVersion::get);
        meters.gauge(
                "granary.leader.behind", "Live processes that can't read the records that nodes write", behind::get);
        meters.gauge("granary.leader.skus.failing", "SKUs that are set aside as each look at them fails", failing::get);
        meters.gauge(
                "granary.leader.partitions.spread",
                "How many more partitions the fullest node owns than the emptiest, of those that can be given some",
                spread::get);
    }

    private static Counter assignments(MeterScope meters, String kind) {
        return meters.counter(
                "granary.leader.assignments",
                "Partitions that were given an owner: their first, another one, or one that owns fewer",
                "kind",
                kind);
    }

    void leads(boolean leads) {
        leading.set(leads ? 1 : 0);
        if (!leads) {
            nodes.set(0);
            nodesUnreachable.set(0);
            attention.set(0);
            recordVersions(0, 0);
            failing.set(0);
            spread.set(0);
        }
    }

    void reaches(boolean registry) {
        unreached.set(registry ? 0 : 1);
    }

    void knows(int nodesNow) {
        nodes.set(nodesNow);
    }

    /**
     * @param processesBehind that can't read what nodes write
     */
    void recordVersions(int version, int processesBehind) {
        recordVersion.set(version);
        behind.set(processesBehind);
    }

    void unreachable(int nodesNow) {
        nodesUnreachable.set(nodesNow);
    }

    void failing(int skus) {
        failing.set(skus);
    }

    void attends(int skus) {
        attention.set(skus);
    }

    /** The books took it. */
    void wrote(SkuBook.Changed change) {
        for (Grant grant : change.grants()) {
            Objects.requireNonNull(grants.get(grant.reason())).increment();
            Objects.requireNonNull(units.get(grant.reason())).increment((double) grant.units());
        }
    }

    /**
     * A partition has got an owner.
     *
     * @param toLevel whether only to level nodes, or the partitions of its SKU
     */
    void assigned(Assignment assignment, boolean toLevel) {
        (assignment.fromEpoch() == 0 ? opened : toLevel ? levelled : replaced).increment();
    }

    /** By how many partitions nodes differ that can be given some. */
    void spread(int partitions) {
        spread.set(partitions);
    }

    void takesBack() {
        takenBack.increment();
    }

    void tellsCeiling() {
        ceilings.increment();
    }

    void takenOver(long nanos) {
        takeover.record(nanos, TimeUnit.NANOSECONDS);
    }

    void swept(long nanos) {
        sweep.record(nanos, TimeUnit.NANOSECONDS);
    }

    void looked(long nanos, boolean failed) {
        look.record(nanos, TimeUnit.NANOSECONDS);
        if (failed) {
            looksFailed.increment();
        }
    }
}
