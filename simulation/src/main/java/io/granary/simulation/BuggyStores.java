// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.allocator.settlement.EpochKey;
import io.granary.allocator.settlement.LaneBooks;
import io.granary.allocator.settlement.LaneChange;
import io.granary.allocator.settlement.LaneMark;
import io.granary.allocator.settlement.LaneStanding;
import io.granary.allocator.settlement.SettlementStore;
import io.granary.model.Sku;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Stores that settle wrongly. */
final class BuggyStores {
    private BuggyStores() {}

    /** Nobody compares what was applied last with what stands there now. */
    static SettlementStore withoutTail(SettlementStore store) {
        return new Forwarding(store) {
            @Override
            public CompletableFuture<LaneStanding> standing(int lane) {
                return super.standing(lane)
                        .thenApply(standing -> new LaneStanding(
                                standing.settled(),
                                OptionalLong.empty(),
                                standing.ids(),
                                standing.lastMark(),
                                standing.alarm()));
            }
        };
    }

    /** The offset is committed first; the rows follow if the process still lives. */
    static SettlementStore offsetApart(SettlementStore store, Books books, Scheduler scheduler, SimProcess allocator) {
        return new Forwarding(store) {
            @Override
            public CompletableFuture<Outcome> apply(LaneChange change, @Nullable LaneMark mark) {
                CompletableFuture<Outcome> result = new CompletableFuture<>();
                allocator.after(scheduler.micros(100, 3_000), () -> {
                    if (!books.moveLane(change, mark)) {
                        result.complete(new Outcome.Moved());
                        return;
                    }
                    allocator.after(scheduler.micros(100, 3_000), () -> result.complete(books.write(change)));
                });
                return result;
            }
        };
    }

    static class Forwarding implements SettlementStore {
        private final SettlementStore store;

        Forwarding(SettlementStore store) {
            this.store = store;
        }

        @Override
        public CompletableFuture<LaneStanding> standing(int lane) {
            return store.standing(lane);
        }

        @Override
        public CompletableFuture<LaneBooks> find(int lane, Set<Sku> skus, Set<EpochKey> epochs) {
            return store.find(lane, skus, epochs);
        }

        @Override
        public CompletableFuture<Outcome> apply(LaneChange change, @Nullable LaneMark mark) {
            return store.apply(change, mark);
        }

        @Override
        public CompletableFuture<Outcome> rehearse(LaneChange change) {
            return store.rehearse(change);
        }

        @Override
        public CompletableFuture<Void> clear(int lane, long settled, String alarm) {
            return store.clear(lane, settled, alarm);
        }

        @Override
        public CompletableFuture<Boolean> isSkipped(int lane, long offset, long print) {
            return store.isSkipped(lane, offset, print);
        }

        @Override
        public CompletableFuture<Void> raise(int lane, long settled, String alarm) {
            return store.raise(lane, settled, alarm);
        }
    }
}
