// SPDX-License-Identifier: Apache-2.0
package io.granary.record;

import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A run of deductions of one partition in a byte array: {@code count} entries of {@link #WIDTH} bytes, each {@code high
 * (8) low (8) quantity (4)}, big-endian. Frames and records share this layout, so a node copies what it accepts.
 *
 * <p>A view: it neither copies nor owns the bytes.
 */
public record Entries(byte[] bytes, int offset, int count) {
    /** Bytes of one entry. */
    public static final int WIDTH = Longs.BYTES + Longs.BYTES + Ints.BYTES;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /**
     * @throws IllegalArgumentException if the entries do not lie within the bytes
     */
    public Entries {
        if (count < 0 || offset < 0 || (long) offset + (long) count * WIDTH > bytes.length) {
            throw new IllegalArgumentException(
                    "entries: " + count + " at " + offset + " (expected: to lie within " + bytes.length + " bytes)");
        }
    }

    public long high(int index) {
        return (long) LONG.get(bytes, offset + index * WIDTH);
    }

    public long low(int index) {
        return (long) LONG.get(bytes, offset + index * WIDTH + 8);
    }

    public int quantity(int index) {
        return (int) INT.get(bytes, offset + index * WIDTH + 16);
    }

    /** Writes one entry at a position of an array that has room for it. */
    public static void write(byte[] to, int at, long high, long low, int quantity) {
        LONG.set(to, at, high);
        LONG.set(to, at + 8, low);
        INT.set(to, at + 16, quantity);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entries that
                && count == that.count
                && java.util.Arrays.equals(
                        bytes,
                        offset,
                        offset + count * WIDTH,
                        that.bytes,
                        that.offset,
                        that.offset + that.count * WIDTH);
    }

    @Override
    public int hashCode() {
        int hash = count;
        for (int i = 0; i < count; i++) {
            hash = 31 * hash + Long.hashCode(high(i) ^ low(i)) + quantity(i);
        }
        return hash;
    }
}
