// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a run: for people, lines; for those who compare two runs, a hash over every event and all that was
 * said and stored.
 */
final class Trace {
    private static final int MOST_LINES = 20_000;
    /** Of SplitMix64. */
    static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private record Line(
            String text, @Nullable Sku sku, @Nullable RequestId id) {
        boolean concerns(String failure) {
            if (sku == null || !failure.contains(sku.code())) {
                return sku == null;
            }
            return id == null || failure.contains(id.toString()) || !namesAnId(failure);
        }

        private static boolean namesAnId(String failure) {
            return failure.matches("(?s).*[0-9a-f]{32}.*");
        }
    }

    private final boolean detailed;
    private long hash;
    private final List<Line> lines = new ArrayList<>();

    /**
     * @param detailed whether to remember what happened to single partitions and requests
     */
    Trace(boolean detailed) {
        this.detailed = detailed;
    }

    /** Of interest whatever it is that fails. */
    void say(Scheduler scheduler, String what) {
        mix(what.hashCode());
        add(scheduler, what, null, null);
    }

    /** Of interest if something fails with this SKU. */
    void say(Scheduler scheduler, Sku sku, Supplier<String> what) {
        if (detailed) {
            add(scheduler, what.get(), sku, null);
        }
    }

    /** Of interest if something fails with this request, or with its SKU as a whole. */
    void say(Scheduler scheduler, Sku sku, RequestId id, Supplier<String> what) {
        if (detailed) {
            add(scheduler, what.get(), sku, id);
        }
    }

    private void add(Scheduler scheduler, String what, @Nullable Sku sku, @Nullable RequestId id) {
        if (lines.size() < MOST_LINES) {
            lines.add(new Line(String.format(Locale.ROOT, "%10.3f ms  %s", scheduler.nowNanos() / 1e6, what), sku, id));
        }
    }

    boolean isDetailed() {
        return detailed;
    }

    /** An event happens. */
    void event(long nanos, long order) {
        mix(nanos);
        mix(order);
    }

    /** Something is sent or stored. */
    void content(byte[] bytes) {
        mix(Arrays.hashCode(bytes));
    }

    private void mix(long value) {
        long mixed = (hash ^ value) * GOLDEN;
        hash = mixed ^ (mixed >>> 32);
    }

    /** Of what happened so far: 16 hexadecimal digits. */
    String hash() {
        return HexFormat.of().toHexDigits(hash);
    }

    List<String> lines() {
        return lines.stream().map(Line::text).toList();
    }

    /** What matters for this failure. */
    List<String> linesOf(String failure) {
        return lines.stream()
                .filter(line -> line.concerns(failure))
                .map(Line::text)
                .toList();
    }
}
