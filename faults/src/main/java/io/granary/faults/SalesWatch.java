// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.client.DeductionResult;
import io.granary.faults.Fault.Kind;
import io.granary.model.Sku;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Watches how sales go while there is trouble. A trouble begins with its faults and is over when sales are normal again or
 * another begins; a call belongs to the trouble in which it was asked. Has no clock: times are those of one monotonic clock
 * in ns, and never go back by more than threads delay them. Keeps sums, and the calls that are open. Thread-safe.
 */
final class SalesWatch {
    /** Sales are normal when for so long each call was answered, within as long, and each SKU was sold. */
    private static final long NORMAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A call that somebody makes. */
    final class Call {
        private final Sku sku;
        private final long asked;
        private final @Nullable SalesFigures figures;

        private Call(Sku sku, long asked, @Nullable SalesFigures figures) {
            this.sku = sku;
            this.asked = asked;
            this.figures = figures;
        }

        void ended(DeductionResult result, long now) {
            SalesWatch.this.ended(this, result, now);
        }
    }

    private static final class Window {
        final SalesFigures figures;
        final long began;
        boolean isHealed;
        long healed;
        long silence;

        Window(SalesFigures figures, long began) {
            this.figures = figures;
            this.began = began;
        }
    }

    private static final List<Trouble> ORDER = Stream.concat(Target.PROCESSES.stream(), Target.LINKS.stream())
            .flatMap(group -> Arrays.stream(Kind.values()).map(kind -> new Trouble(kind, group)))
            .toList();

    private final Map<Sku, Long> lastSold = new HashMap<>();
    private final Set<Call> open = new LinkedHashSet<>();
    private final Map<Trouble, SalesFigures> figures = new LinkedHashMap<>();
    /** When a call was last seen to fail or to wait for long. */
    private long disturbed;

    private @Nullable Window window;

    /**
     * @param steady the SKUs of {@link SteadyBuyers}: calls for them come all the time, and each could be told DEDUCTED
     */
    SalesWatch(List<Sku> steady, long now) {
        steady.forEach(sku -> lastSold.put(sku, now));
        disturbed = now;
    }

    synchronized Call asked(Sku sku, long now) {
        Call call = new Call(sku, now, window == null ? null : window.figures);
        if (lastSold.containsKey(sku)) {
            open.add(call);
        }
        look(now);
        return call;
    }

    private synchronized void ended(Call call, DeductionResult result, long now) {
        Long sold = lastSold.get(call.sku);
        if (sold == null) {
            if (call.figures != null) {
                call.figures.other(result);
            }
            return;
        }
        open.remove(call);
        if (call.figures != null) {
            call.figures.steady(result, now - call.asked);
        }
        if (!result.isDeducted() || now - call.asked > NORMAL_NANOS) {
            disturbed = now;
        }
        if (result.isDeducted()) {
            silent(sold, now);
            lastSold.put(call.sku, now);
        }
        look(now);
    }

    private void silent(long since, long now) {
        Window current = window;
        if (current != null) {
            current.silence = Math.max(current.silence, now - Math.max(since, current.began));
        }
    }

    /** Faults begin. If there is other trouble, it is over. */
    synchronized void begins(Trouble trouble, long now) {
        ends(now);
        window = new Window(figures.computeIfAbsent(trouble, fresh -> new SalesFigures()), now);
    }

    /** The faults are undone. */
    synchronized void healed(long now) {
        Window current = window;
        if (current != null) {
            current.isHealed = true;
            current.healed = now;
            look(now);
        }
    }

    /** Whether there is no sign of trouble, for a second at least. */
    synchronized boolean isNormal(long now) {
        Iterator<Call> eldest = open.iterator();
        return now - disturbed >= NORMAL_NANOS
                && (!eldest.hasNext() || now - eldest.next().asked <= NORMAL_NANOS)
                && lastSold.values().stream().allMatch(sold -> now - sold <= NORMAL_NANOS);
    }

    private void look(long now) {
        Window current = window;
        if (current != null && current.isHealed && now - current.healed >= NORMAL_NANOS && isNormal(now)) {
            current.figures.recovered(Math.max(0, disturbed - current.healed));
            close(current, now);
        }
    }

    /** No more trouble is watched. If sales are not normal yet, that is noted. */
    synchronized void ends(long now) {
        Window current = window;
        if (current != null) {
            current.figures.notRecovered();
            close(current, now);
        }
    }

    private void close(Window current, long now) {
        lastSold.values().forEach(sold -> silent(sold, now));
        long fault = (current.isHealed ? current.healed : now) - current.began;
        current.figures.over(now - current.began, fault, current.silence);
        window = null;
    }

    /** By trouble, in the order of the kinds of targets and faults; of combined ones last. Not to be used before the end. */
    synchronized Map<Trouble, SalesFigures> figures() {
        Map<Trouble, SalesFigures> ordered = new LinkedHashMap<>();
        figures.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Comparator.comparingInt(SalesWatch::place)))
                .forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
        return ordered;
    }

    private static int place(Trouble trouble) {
        return trouble.equals(Trouble.COMBINED) ? ORDER.size() : ORDER.indexOf(trouble);
    }
}
