// SPDX-License-Identifier: Apache-2.0
package io.granary.record;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One message of a lane, as read. All numbers are big-endian.
 *
 * <pre>
 * record   = magic 0x47 (1) version 0x02 (1) timeMillis (8) acknowledged (8) rest
 *          | magic 0x47 (1) version 0x01 (1) timeMillis (8) rest
 * rest     = writerLength (1) writer sections (4) section*
 * section  = kind (1) skuLength (1) sku slot (2) epoch (8) body
 * body     = kind 1, deductions: seq (8) count (4) (high (8) low (8) quantity (4))*
 *          | kind 2, return:     seq (8) units (8)
 *          | kind 3, fence:      nothing
 * </pre>
 *
 * @param timeMillis when the writer formed it, by the writer's clock: for people, nothing rests on it
 * @param writer the incarnation of the node that appended it, ASCII
 * @param acknowledged the highest offset of its lane that the log had acknowledged to the writer when it formed this:
 *     what stands there and before it is never lost. {@link #NOTHING} if none; {@link #UNNAMED} in version 1, which has
 *     no place for it
 * @param sections in the order in which they count
 */
public record LogRecord(long timeMillis, String writer, long acknowledged, List<Section> sections) {
    /** The highest version that is read here. */
    public static final int VERSION = 2;

    /** Nothing of the lane was acknowledged to the writer. */
    public static final long NOTHING = -1;

    /** The writer does not name what was acknowledged to it: a record of version 1. */
    public static final long UNNAMED = -2;

    /** The most bytes that a record may have. RocketMQ refuses messages over 4 MiB. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int MIN_SECTION_BYTES = 1 + 1 + 1 + 2 + 8;

    static final byte MAGIC = 0x47;
    static final byte DEDUCTIONS = 1;
    static final byte RETURN = 2;
    static final byte FENCE = 3;

    /**
     * Decodes a record; deductions stay views of the bytes.
     *
     * @throws MalformedRecordException if the bytes are anything but one whole record
     */
    public static LogRecord decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            byte magic = in.get();
            byte version = in.get();
            if (magic != MAGIC || version < 1 || version > VERSION) {
                throw new MalformedRecordException("record: magic " + magic + " version " + version + " (expected: "
                        + MAGIC + " and 1 to " + VERSION + ")");
            }
            long timeMillis = in.getLong();
            long acknowledged = version == 1 ? UNNAMED : acknowledged(in.getLong());
            String writer = ascii(in);
            int count = in.getInt();
            List<Section> sections = new ArrayList<>(Math.min(Math.max(count, 0), bytes.length / MIN_SECTION_BYTES));
            for (int i = 0; i < count; i++) {
                sections.add(section(in, bytes));
            }
            if (count < 0 || in.hasRemaining()) {
                throw new MalformedRecordException("record: " + count + " sections and " + in.remaining()
                        + " bytes behind them (expected: 0 or more sections and no byte)");
            }
            return new LogRecord(timeMillis, writer, acknowledged, List.copyOf(sections));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new MalformedRecordException("record: " + bytes.length + " bytes (expected: a whole record)", e);
        }
    }

    private static long acknowledged(long offset) {
        if (offset < NOTHING) {
            throw new MalformedRecordException("acknowledged: " + offset + " (expected: -1 or more)");
        }
        return offset;
    }

    /**
     * Up to which offset, inclusive, this record proves that what stands in its lane was acknowledged: what it names.
     * One that can't name anything is taken for acknowledged itself as soon as it is seen.
     *
     * @param offset where it stands
     */
    public long proves(long offset) {
        return acknowledged == UNNAMED ? offset : acknowledged;
    }

    private static Section section(ByteBuffer in, byte[] bytes) {
        byte kind = in.get();
        Sku sku = new Sku(ascii(in));
        PartitionId partition = new PartitionId(sku, Short.toUnsignedInt(in.getShort()));
        long epoch = in.getLong();
        return switch (kind) {
            case DEDUCTIONS -> {
                long seq = in.getLong();
                Entries entries = new Entries(bytes, in.position() + Integer.BYTES, in.getInt());
                in.position(in.position() + entries.count() * Entries.WIDTH);
                yield new Section.Deductions(partition, epoch, seq, entries);
            }
            case RETURN -> {
                Section.Return given = new Section.Return(partition, epoch, in.getLong(), in.getLong());
                if (given.units() < 1) {
                    throw new MalformedRecordException("returned units: " + given.units() + " (expected: at least 1)");
                }
                yield given;
            }
            case FENCE -> new Section.Fence(partition, epoch);
            default -> throw new MalformedRecordException("section kind: " + kind + " (expected: 1 to 3)");
        };
    }

    private static String ascii(ByteBuffer in) {
        byte[] text = new byte[Byte.toUnsignedInt(in.get())];
        in.get(text);
        return new String(text, StandardCharsets.US_ASCII);
    }
}
