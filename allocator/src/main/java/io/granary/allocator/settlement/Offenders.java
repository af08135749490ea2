// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import io.granary.allocator.settlement.SettlementStore.Outcome;
import io.granary.model.PartitionId;
import io.granary.record.Section;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Finds out which partitions of one record break the books, where all of it together is refused: parts of it are
 * rehearsed, halved until one partition is left that is refused beside those that are not. What is left out then, the
 * books take the rest. Used once; its steps follow each other, on whatever threads the store answers.
 */
final class Offenders {
    private final int lane;
    private final PendingRecord record;
    private final LaneBooks books;
    private final SettlementStore store;
    private final Set<PartitionId> good = new HashSet<>();
    private final Map<PartitionId, String> found = new HashMap<>();

    private Offenders(int lane, PendingRecord record, LaneBooks books, SettlementStore store) {
        this.lane = lane;
        this.record = record;
        this.books = books;
        this.store = store;
    }

    /**
     * Those partitions with what the books say of each; empty if they take all of it by now, or have it already.
     *
     * @param books all that they know of what the record speaks of
     * @param refusal what they said of the whole record
     */
    static CompletableFuture<Map<PartitionId, String>> find(
            int lane, PendingRecord record, LaneBooks books, SettlementStore store, String refusal) {
        Offenders offenders = new Offenders(lane, record, books, store);
        Set<PartitionId> all = new LinkedHashSet<>();
        for (Section section : record.record().sections()) {
            if (section instanceof Section.Numbered) {
                all.add(section.partition());
            }
        }
        return offenders.split(List.copyOf(all), refusal).thenApply(done -> offenders.found);
    }

    /** Of these, beside the good ones, somebody is refused. */
    private CompletableFuture<Void> split(List<PartitionId> refused, String why) {
        if (refused.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        if (refused.size() == 1) {
            found.put(refused.get(0), why);
            return CompletableFuture.completedFuture(null);
        }
        int half = refused.size() / 2;
        return look(refused.subList(0, half)).thenCompose(done -> look(refused.subList(half, refused.size())));
    }

    private CompletableFuture<Void> look(List<PartitionId> some) {
        Set<PartitionId> tried = new HashSet<>(good);
        tried.addAll(some);
        BatchFold fold = new BatchFold(lane);
        fold.learn(books);
        LaneChange change = fold.fold(List.of(record.only(tried))).change();
        if (change == null) {
            throw new IllegalStateException("record at " + record.offset() + " (expected: one that was folded before)");
        }
        return store.rehearse(change).thenCompose(outcome -> {
            if (outcome instanceof Outcome.Refused no) {
                return split(some, no.reason());
            }
            good.addAll(some);
            return CompletableFuture.completedFuture(null);
        });
    }
}
