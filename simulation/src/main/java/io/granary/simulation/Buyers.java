// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static com.google.common.base.Preconditions.checkState;

import io.granary.client.DeductionResult;
import io.granary.client.GranaryClient;
import io.granary.client.Outcome;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who buys, what they asked for and what they were told: all that a judge from outside can know.
 */
final class Buyers {
    /** A request id of a SKU, and every end that a call for it had. */
    static final class Asked {
        final Sku sku;
        final RequestId id;
        final int quantity;
        int open;
        final List<Outcome> told = new ArrayList<>();

        Asked(Sku sku, RequestId id, int quantity) {
            this.sku = sku;
            this.id = id;
            this.quantity = quantity;
        }

        boolean isDeducted() {
            return told.contains(Outcome.DEDUCTED);
        }
    }

    private final List<Asked> asked = new ArrayList<>();
    private final Map<Sku, Long> deductedUnits = new LinkedHashMap<>();
    private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    private final Map<Sku, Long> received = new LinkedHashMap<>();

    void received(Sku sku, long units) {
        received.merge(sku, units, Long::sum);
    }

    List<Asked> asked() {
        return asked;
    }

    Map<Outcome, Integer> outcomes() {
        return outcomes;
    }

    Asked buy(GranaryClient client, Sku sku, RequestId id, int quantity, Duration deadline) {
        Asked request = new Asked(sku, id, quantity);
        asked.add(request);
        call(client, request, deadline);
        return request;
    }

    /** Asks again, as somebody who knows nothing of the first time. */
    void call(GranaryClient client, Asked request, Duration deadline) {
        request.open++;
        var unused = client.deduct(request.sku, request.id, request.quantity, deadline)
                .thenAccept(result -> told(request, result));
    }

    private void told(Asked request, DeductionResult result) {
        boolean first = !request.isDeducted() && result.outcome() == Outcome.DEDUCTED;
        request.open--;
        request.told.add(result.outcome());
        outcomes.merge(result.outcome(), 1, Integer::sum);
        if (first) {
            deductedUnits.merge(request.sku, (long) request.quantity, Long::sum);
        }
    }

    /** Invariant 4: at no moment more units acknowledged than received. */
    void check() {
        deductedUnits.forEach((sku, units) -> checkState(
                units <= received.getOrDefault(sku, 0L),
                "oversold: %s units of %s were acknowledged, %s received",
                units,
                sku,
                received.getOrDefault(sku, 0L)));
    }
}
