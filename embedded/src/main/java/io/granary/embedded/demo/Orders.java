// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.model.Quantity;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a sale's callers do, in the order in which they do it: each step is a request for units, or a restock. Kept in
 * columns, some 40 bytes a step. Immutable, thread-safe.
 *
 * <p>The first steps may be a warm-up, on SKUs of their own: carried out and checked like the others, but before them
 * and not counted in any rate.
 */
final class Orders {
    private final List<Sku> skus;
    private final int[] sku;
    private final int[] units;
    private final long[] high;
    private final long[] low;
    private final int[] first;
    private final int warmUp;

    private Orders(Builder builder, int warmUp) {
        this.skus = List.copyOf(builder.skus);
        this.sku = Arrays.copyOf(builder.sku, builder.size);
        this.units = Arrays.copyOf(builder.units, builder.size);
        this.high = Arrays.copyOf(builder.high, builder.size);
        this.low = Arrays.copyOf(builder.low, builder.size);
        this.first = Arrays.copyOf(builder.first, builder.size);
        this.warmUp = warmUp;
    }

    /** How many steps there are, with the warm-up. */
    int size() {
        return sku.length;
    }

    /** How many steps at the start are warm-up. */
    int warmUp() {
        return warmUp;
    }

    /** The SKUs, in the order in which they came up; a step names its SKU by the index in this list. */
    List<Sku> skus() {
        return skus;
    }

    int sku(int step) {
        return sku[step];
    }

    boolean isRestock(int step) {
        return units[step] < 0;
    }

    /** The units that the step asks for, or that its restock brings; at least 1. */
    int units(int step) {
        return Math.abs(units[step]);
    }

    /** The id of the step's request. */
    RequestId id(int step) {
        return new RequestId(high[step], low[step]);
    }

    /** The first step that sends this step's request: itself, unless it sends one again. */
    int first(int step) {
        return first[step];
    }

    /** The units that all requests for the SKU ask for together; one that is sent twice counts once. */
    long[] demand() {
        long[] demand = new long[skus.size()];
        for (int step = 0; step < size(); step++) {
            if (!isRestock(step) && first[step] == step) {
                demand[sku[step]] += units[step];
            }
        }
        return demand;
    }

    /** Whether all requests for the SKU are for one unit each, and nothing is ever added to its stock. */
    boolean[] singleUnitsOnly() {
        boolean[] single = new boolean[skus.size()];
        Arrays.fill(single, true);
        for (int step = 0; step < size(); step++) {
            single[sku[step]] &= units[step] == 1;
        }
        return single;
    }

    /** Not thread-safe. */
    static final class Builder {
        private final List<Sku> skus = new ArrayList<>();
        private final Map<Sku, Integer> indexes = new HashMap<>();
        private int[] sku = new int[1_024];
        private int[] units = new int[1_024];
        private long[] high = new long[1_024];
        private long[] low = new long[1_024];
        private int[] first = new int[1_024];
        private int size;

        /**
         * @return the number of the step
         */
        int request(Sku of, RequestId id, int quantity) {
            return add(indexOf(of), Quantity.check(quantity), id, size);
        }

        /** Sends the request of an earlier step again. */
        int again(int step) {
            return add(sku[step], units[step], new RequestId(high[step], low[step]), first[step]);
        }

        int restock(Sku of, int quantity) {
            return add(indexOf(of), -Quantity.check(quantity), new RequestId(0, size), size);
        }

        int size() {
            return size;
        }

        private int indexOf(Sku of) {
            return indexes.computeIfAbsent(of, added -> {
                skus.add(added);
                return skus.size() - 1;
            });
        }

        private int add(int ofSku, int signedUnits, RequestId id, int firstStep) {
            if (size == sku.length) {
                int more = size + (size >> 1);
                sku = Arrays.copyOf(sku, more);
                units = Arrays.copyOf(units, more);
                high = Arrays.copyOf(high, more);
                low = Arrays.copyOf(low, more);
                first = Arrays.copyOf(first, more);
            }
            sku[size] = ofSku;
            units[size] = signedUnits;
            high[size] = id.high();
            low[size] = id.low();
            first[size] = firstStep;
            return size++;
        }

        /**
         * @param warmUp how many of the first steps are warm-up
         */
        Orders build(int warmUp) {
            return new Orders(this, warmUp);
        }
    }
}
