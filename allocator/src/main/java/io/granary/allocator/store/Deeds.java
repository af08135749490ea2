// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.config.Check;
import io.granary.model.RequestId;
import io.granary.stock.StockUpdate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The deductions that the updates of a batch are about, locked. One that the ledger does not have is marked first, and looked
 * for again then: settlement does it the other way round ({@link Marks}), so that of the two the later sees the earlier.
 *
 * <p>Used in one transaction.
 */
final class Deeds {
    /** Its number stands in the tables. */
    enum State {
        /** The ledger does not have it, and nothing was said of it. */
        UNKNOWN(0),
        LIVE(1),
        RELEASED(2),
        CONFIRMED(3);

        private final int number;

        State(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static State of(int number) {
            Check.range("state", number, LIVE.number, CONFIRMED.number);
            return values()[number];
        }
    }

    /** One of them. */
    static final class Deed {
        private int quantity;
        private State state = State.UNKNOWN;
        private boolean settled;
        private boolean marked;
        private @Nullable String changedBy;

        /** 0 if the ledger does not have it. */
        int quantity() {
            return quantity;
        }

        State state() {
            return state;
        }

        void become(State other, String updateId) {
            if (state != other) {
                state = other;
                changedBy = updateId;
            }
        }
    }

    private final StockUpdateMapper mapper;
    private final Map<Integer, Map<RequestId, Deed>> bySku = new TreeMap<>();

    Deeds(StockUpdateMapper mapper) {
        this.mapper = mapper;
    }

    /** Looks up and locks what these are about, all of one SKU. */
    void lock(int skuId, List<StockUpdate> updates) {
        Map<RequestId, Deed> deeds = bySku.computeIfAbsent(skuId, id -> new LinkedHashMap<>());
        updates.forEach(update -> deeds.computeIfAbsent(requestOf(update), id -> new Deed()));
        find(skuId, deeds);
        List<RequestId> missing = missing(deeds);
        if (missing.isEmpty()) {
            return;
        }
        for (StockUpdateMapper.MarkRow mark : mapper.lockMarks(skuId, missing)) {
            Deed deed = of(deeds, mark.requestId());
            deed.state = State.of(mark.state());
            deed.marked = true;
        }
        List<RequestId> unmarked =
                missing.stream().filter(request -> !of(deeds, request).marked).toList();
        if (!unmarked.isEmpty()) {
            // What it says is settled when all of the batch is known.
            mapper.mark(skuId, unmarked, State.RELEASED.number(), updates.get(0).updateId());
            unmarked.forEach(request -> of(deeds, request).marked = true);
        }
        find(skuId, deeds);
    }

    private void find(int skuId, Map<RequestId, Deed> deeds) {
        List<RequestId> missing = missing(deeds);
        for (StockUpdateMapper.DeductionRow row : mapper.lockDeductions(skuId, missing)) {
            Deed deed = of(deeds, row.requestId());
            deed.settled = true;
            deed.quantity = row.quantity();
            deed.state = State.of(row.state());
        }
    }

    private static List<RequestId> missing(Map<RequestId, Deed> deeds) {
        return deeds.entrySet().stream()
                .filter(entry -> !entry.getValue().settled)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static RequestId requestOf(StockUpdate update) {
        RequestId request = update.request();
        if (request == null) {
            throw new IllegalStateException("requestId of " + update.updateId() + ": none (expected: one)");
        }
        return request;
    }

    /** What an update, locked before, is about. */
    Deed of(int skuId, StockUpdate update) {
        return of(bySku.getOrDefault(skuId, Map.of()), requestOf(update));
    }

    private static Deed of(Map<RequestId, Deed> deeds, RequestId request) {
        Deed deed = deeds.get(request);
        if (deed == null) {
            throw new IllegalStateException("requestId: '" + request + "' (expected: one that was locked)");
        }
        return deed;
    }

    /** Writes what has become of them. */
    void write() {
        bySku.forEach((skuId, deeds) -> deeds.forEach((request, deed) -> write(skuId, request, deed)));
    }

    private void write(int skuId, RequestId request, Deed deed) {
        String changedBy = deed.changedBy;
        if (deed.settled) {
            if (changedBy != null) {
                mapper.turn(skuId, request, deed.state.number());
            }
            if (deed.marked) {
                mapper.unmark(skuId, request);
            }
        } else if (deed.state == State.UNKNOWN) {
            mapper.unmark(skuId, request);
        } else if (changedBy != null) {
            mapper.remark(skuId, request, deed.state.number(), changedBy);
        }
    }
}
