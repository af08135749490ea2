// SPDX-License-Identifier: Apache-2.0
package io.granary.record;

import io.granary.model.PartitionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Forms one record in the layout of {@link LogRecord}. Not thread-safe; used once. */
public final class RecordBuilder {
    private static final int FIXED_SECTION_BYTES = 1 + 1 + 2 + 8;

    private final int sectionsAt;
    private byte[] bytes;
    private int size;
    private int sections;

    /** A record of version 1, for a set in which somebody reads nothing else. */
    public RecordBuilder(String writer, long timeMillis, int capacity) {
        this(writer, timeMillis, LogRecord.UNNAMED, capacity);
    }

    /**
     * @param writer the node's incarnation, at most 255 ASCII characters
     * @param acknowledged the highest offset of the lane that was acknowledged to the writer, or {@link
     *     LogRecord#NOTHING}; {@link LogRecord#UNNAMED} for version 1
     * @param capacity bytes to start with; it grows. If it is what the record takes in the end, nothing is copied
     */
    public RecordBuilder(String writer, long timeMillis, long acknowledged, int capacity) {
        byte[] name = writer.getBytes(StandardCharsets.US_ASCII);
        if (name.length > 255) {
            throw new IllegalArgumentException("writer: '" + writer + "' (expected: at most 255 characters)");
        }
        if (acknowledged < LogRecord.UNNAMED) {
            throw new IllegalArgumentException(
                    "acknowledged: " + acknowledged + " (expected: -1 or more, or -2 for version 1)");
        }
        size = emptyBytes(writer, acknowledged);
        sectionsAt = size - Integer.BYTES;
        bytes = new byte[Math.max(capacity, size)];
        ByteBuffer head = ByteBuffer.wrap(bytes).put(LogRecord.MAGIC);
        if (acknowledged == LogRecord.UNNAMED) {
            head.put((byte) 1).putLong(timeMillis);
        } else {
            head.put((byte) LogRecord.VERSION).putLong(timeMillis).putLong(acknowledged);
        }
        head.put((byte) name.length).put(name);
    }

    /** The bytes of a record of this writer without any section; acknowledged as in the constructor. */
    public static int emptyBytes(String writer, long acknowledged) {
        int named = acknowledged == LogRecord.UNNAMED ? 0 : Long.BYTES;
        return 1 + 1 + 8 + named + 1 + writer.length() + Integer.BYTES;
    }

    /** The bytes that a section of deductions takes in a record. */
    public static int deductionsBytes(PartitionId partition, int count) {
        return sectionBytes(partition, 8 + 4 + count * Entries.WIDTH);
    }

    /** The bytes that a return takes in a record. */
    public static int returnBytes(PartitionId partition) {
        return sectionBytes(partition, 8 + 8);
    }

    private static int sectionBytes(PartitionId partition, int body) {
        return FIXED_SECTION_BYTES + partition.sku().code().length() + body;
    }

    public RecordBuilder deductions(PartitionId partition, long epoch, long seq, Entries entries) {
        ByteBuffer out = section(LogRecord.DEDUCTIONS, partition, epoch, deductionsBytes(partition, entries.count()));
        out.putLong(seq)
                .putInt(entries.count())
                .put(entries.bytes(), entries.offset(), entries.count() * Entries.WIDTH);
        return this;
    }

    public RecordBuilder returned(PartitionId partition, long epoch, long seq, long units) {
        section(LogRecord.RETURN, partition, epoch, returnBytes(partition))
                .putLong(seq)
                .putLong(units);
        return this;
    }

    public RecordBuilder fence(PartitionId partition, long epoch) {
        section(LogRecord.FENCE, partition, epoch, sectionBytes(partition, 0));
        return this;
    }

    private ByteBuffer section(byte kind, PartitionId partition, long epoch, int length) {
        if (bytes.length - size < length) {
            bytes = java.util.Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + length));
        }
        byte[] sku = partition.sku().toBytes();
        ByteBuffer out = ByteBuffer.wrap(bytes, size, length)
                .put(kind)
                .put((byte) sku.length)
                .put(sku)
                .putShort((short) partition.slot())
                .putLong(epoch);
        size += length;
        sections++;
        return out;
    }

    /** The bytes that the record has so far. */
    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return sections == 0;
    }

    public byte[] build() {
        ByteBuffer.wrap(bytes).putInt(sectionsAt, sections);
        return size == bytes.length ? bytes : java.util.Arrays.copyOf(bytes, size);
    }
}
