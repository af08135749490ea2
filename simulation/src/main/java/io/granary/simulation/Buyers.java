// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static com.google.common.base.Preconditions.checkState;

import io.granary.client.DeductionResult;
import io.granary.client.Outcome;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Who buys, what they asked for and what they were told: all that a judge from outside can know. */
final class Buyers {
    /** A request id of a SKU with one quantity, and every end that a call for it had. */
    static final class Asked {
        final Sku sku;
        final RequestId id;
        final int quantity;
        final List<Outcome> told = new ArrayList<>();
        int open;

        Asked(Sku sku, RequestId id, int quantity) {
            this.sku = sku;
            this.id = id;
            this.quantity = quantity;
        }

        boolean isDeducted() {
            return told.contains(Outcome.DEDUCTED);
        }

        /** Whether it may have its units, now or later. */
        boolean isClaimed() {
            return open > 0 || !told.stream().allMatch(Outcome::isRefusal);
        }

        @Override
        public String toString() {
            return id + " x" + quantity + " of " + sku;
        }
    }

    /** Not a record: two calls for the same are two. */
    private static final class Call {
        final SimClient client;
        final Asked asked;
        final boolean deductedBefore;

        Call(SimClient client, Asked asked) {
            this.client = client;
            this.asked = asked;
            deductedBefore = asked.isDeducted();
        }
    }

    private final Scheduler scheduler;
    private final Trace trace;
    private final Books books;
    private final boolean forgotten;
    private final List<Asked> asked = new ArrayList<>();
    private final Set<Call> open = new LinkedHashSet<>();
    private final Map<Sku, Set<RequestId>> acknowledged = new LinkedHashMap<>();
    private final Map<Sku, Long> deductedUnits = new LinkedHashMap<>();
    private final Map<Sku, Long> received = new LinkedHashMap<>();
    /** Of all that was asked for and not refused, whether it was had or not. */
    private final Map<Sku, Long> claimed = new LinkedHashMap<>();
    /** SKUs of which there were enough units for all that is claimed, at every moment since that was known. */
    private final Set<Sku> enough = new LinkedHashSet<>();
    /** Deductions that the broker has lost after they were acknowledged, or before. */
    private final Map<Sku, Set<RequestId>> lost = new LinkedHashMap<>();

    private final Map<Sku, Long> lostUnits = new LinkedHashMap<>();

    private @Nullable String violation;

    /**
     * @param forgotten whether ids are soon: then nothing is promised to whoever asks anew for what he had, but what he is
     *     told of one call is true
     */
    Buyers(Scheduler scheduler, Trace trace, Books books, boolean forgotten) {
        this.scheduler = scheduler;
        this.trace = trace;
        this.books = books;
        this.forgotten = forgotten;
    }

    void received(Sku sku, long units) {
        if (received.merge(sku, units, Long::sum) == units) {
            enough.add(sku);
        }
    }

    /** What was told of it proves nothing any more, and its units may be sold once more. */
    void lost(Sku sku, RequestId id, int quantity) {
        lost.computeIfAbsent(sku, one -> new LinkedHashSet<>()).add(id);
        lostUnits.merge(sku, (long) quantity, Long::sum);
        enough.remove(sku);
    }

    boolean isLost(Asked request) {
        return lost.getOrDefault(request.sku, Set.of()).contains(request.id);
    }

    /** There are enough units for all that is claimed, and everybody may know. */
    void enoughFromNowOn(Sku sku) {
        enough.add(sku);
        checkEnough(sku);
    }

    private void checkEnough(Sku sku) {
        if (claimed.getOrDefault(sku, 0L) > books.book(sku).received()) {
            enough.remove(sku);
        }
    }

    private void claim(Asked request, boolean wasClaimed) {
        if (request.isClaimed() != wasClaimed) {
            claimed.merge(request.sku, (long) (wasClaimed ? -request.quantity : request.quantity), Long::sum);
            checkEnough(request.sku);
        }
    }

    List<Asked> asked() {
        return asked;
    }

    /** Asks, as somebody who knows nothing of other times when the same was asked. */
    Asked ask(SimClient client, Sku sku, RequestId id, int quantity, Duration deadline) {
        Asked request = asked.stream()
                .filter(before -> before.sku.equals(sku) && before.id.equals(id) && before.quantity == quantity)
                .findFirst()
                .orElse(null);
        if (request == null) {
            request = new Asked(sku, id, quantity);
            asked.add(request);
        }
        call(client, request, deadline);
        return request;
    }

    private void call(SimClient client, Asked request, Duration deadline) {
        Call call = new Call(client, request);
        boolean wasClaimed = request.isClaimed();
        request.open++;
        claim(request, wasClaimed);
        open.add(call);
        trace.say(scheduler, request.sku, request.id, () -> client.process().name() + " is asked for " + request);
        var unused = client.client()
                .deduct(request.sku, request.id, request.quantity, deadline)
                .thenAccept(result -> told(call, result));
    }

    /** Of those that were ever told that there is nothing, the one that was asked for last; the last of all if there is none. */
    Asked lastRefused() {
        for (int i = asked.size() - 1; i >= 0; i--) {
            Asked request = asked.get(i);
            if (request.told.contains(Outcome.INSUFFICIENT) || request.told.contains(Outcome.SOLD_OUT)) {
                return request;
            }
        }
        return asked.get(asked.size() - 1);
    }

    private void told(Call call, DeductionResult result) {
        Asked request = call.asked;
        Outcome outcome = result.outcome();
        trace.say(
                scheduler,
                request.sku,
                request.id,
                () -> call.client.process().name() + " says " + result + " for " + request);
        boolean saysThatAllIsSold = outcome == Outcome.SOLD_OUT
                || (outcome == Outcome.INSUFFICIENT && result.detail() >= 0 && result.detail() < request.quantity);
        if (saysThatAllIsSold && enough.contains(request.sku)) {
            fail(request + " was told " + result + ", and there were enough for all");
        }
        end(call, outcome);
        if (outcome == Outcome.DEDUCTED) {
            acknowledge(request);
        }
        // Too busy and out of reach may be said of anybody; that there is nothing to have may not.
        boolean isNo = outcome.isRefusal() && outcome != Outcome.UNAVAILABLE && outcome != Outcome.THROTTLED;
        // Of an id that was asked with two quantities, each slot may know another one.
        boolean isMisused = outcome == Outcome.CONFLICT && leastAsked(request) != mostAsked(request);
        if (call.deductedBefore && !forgotten && isNo && !isMisused && !isLost(request)) {
            fail(request + " was deducted before, and then told " + outcome);
        }
    }

    private void fail(String what) {
        violation = violation == null ? what : violation;
    }

    /** An id counts once. Of one that was asked with several quantities, only the smallest is certain to be had. */
    private void acknowledge(Asked request) {
        if (acknowledged
                .computeIfAbsent(request.sku, sku -> new LinkedHashSet<>())
                .add(request.id)) {
            long units = deductedUnits.merge(request.sku, (long) leastAsked(request), Long::sum);
            long had = received.getOrDefault(request.sku, 0L) + lostUnits.getOrDefault(request.sku, 0L);
            if (units > had) {
                fail("oversold: " + units + " units of " + request.sku + " were acknowledged, " + had + " received");
            }
        }
    }

    private int leastAsked(Asked request) {
        return quantities(request).min().orElse(request.quantity);
    }

    private int mostAsked(Asked request) {
        return quantities(request).max().orElse(request.quantity);
    }

    /** Everything that was asked with this id. */
    private IntStream quantities(Asked request) {
        return asked.stream()
                .filter(other -> other.sku.equals(request.sku) && other.id.equals(request.id))
                .mapToInt(other -> other.quantity);
    }

    private void end(Call call, Outcome outcome) {
        open.remove(call);
        boolean wasClaimed = call.asked.isClaimed();
        call.asked.open--;
        call.asked.told.add(outcome);
        claim(call.asked, wasClaimed);
    }

    /** The client is dead: nobody will ever hear what became of its calls. */
    void gone(SimClient client) {
        for (Call call : List.copyOf(open)) {
            if (call.client.equals(client)) {
                end(call, Outcome.UNKNOWN);
            }
        }
    }

    /** Invariant 4: at no moment more units acknowledged than received. And who has something is told so for ever. */
    void check() {
        checkState(violation == null, "%s", violation);
    }
}
