// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.record.Entries;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a client sends to a node. All numbers are big-endian.
 *
 * <pre>
 * frame = kind 1, open:   sessionHigh (8) sessionLow (8) generation (8)
 *       | kind 3, deduct: frameId (4) groups (4) group*
 * group = skuLength (1) sku slot (2) epoch (8) patience (4) age (4) count (4) (high (8) low (8) quantity (4))*
 * </pre>
 *
 * Kind 2 is what older clients send: a deduct frame whose groups have neither patience nor age. It is understood as if
 * they waited for ever and asked for the first time.
 *
 * <p>An entry's index in a frame counts through all its groups from 0. Deduct frames may follow only after the node's
 * {@link NodeFrame.Welcome}; that is why a stream that was given up before it was welcomed can never act.
 */
public sealed interface ClientFrame {
    /** The most entries that one frame may have. */
    int MAX_ENTRIES = 4_096;

    /** The fewest bytes that a group has. */
    int MIN_GROUP_BYTES = 1 + 1 + 2 + 8 + 4;

    /** The patience of a group whose callers wait however long it takes. */
    int PATIENCE_FOR_EVER = Integer.MAX_VALUE;

    /** The first frame of a stream. A node drops what it has not processed of the session's lower generations. */
    record Open(long sessionHigh, long sessionLow, long generation) implements ClientFrame {
        public byte[] encode() {
            return ByteBuffer.allocate(25)
                    .put((byte) 1)
                    .putLong(sessionHigh)
                    .putLong(sessionLow)
                    .putLong(generation)
                    .array();
        }
    }

    /** Attempts at deductions. */
    record Deduct(int frameId, List<Group> groups) implements ClientFrame {
        public int entries() {
            int entries = 0;
            for (Group group : groups) {
                entries += group.entries().count();
            }
            return entries;
        }
    }

    /**
     * Attempts at one partition, whose owner at this epoch is meant.
     *
     * @param patienceMillis how long, from the sending on, any of the callers will still wait; 0 or more. What was not
     *     decided by then need not be
     * @param ageMillis 0 if none of the calls has another attempt of which it does not know what it did. Otherwise these
     *     attempts were sent at most so long before the answer to this one is heard: a refusal proves something of them
     *     only if it comes from somebody who knows every id that was deducted since
     */
    record Group(PartitionId partition, long epoch, int patienceMillis, int ageMillis, Entries entries) {}

    /**
     * Decodes a frame; entries stay views of the bytes.
     *
     * @throws MalformedFrameException if the bytes are anything but one whole frame
     */
    static ClientFrame decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            byte kind = in.get();
            ClientFrame frame = switch (kind) {
                case 1 -> new Open(in.getLong(), in.getLong(), in.getLong());
                case 2 -> deduct(in, bytes, false);
                case 3 -> deduct(in, bytes, true);
                default -> throw new MalformedFrameException("frame kind: " + kind + " (expected: 1 to 3)");
            };
            if (in.hasRemaining()) {
                throw new MalformedFrameException("frame: " + in.remaining() + " bytes behind it (expected: none)");
            }
            return frame;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new MalformedFrameException("frame: " + bytes.length + " bytes (expected: a whole frame)", e);
        }
    }

    private static Deduct deduct(ByteBuffer in, byte[] bytes, boolean timed) {
        int frameId = in.getInt();
        int count = in.getInt();
        if (count < 1 || count > MAX_ENTRIES) {
            throw new MalformedFrameException("frame: " + count + " groups (expected: 1 to " + MAX_ENTRIES + ")");
        }
        List<Group> groups = new ArrayList<>(Math.min(count, in.remaining() / MIN_GROUP_BYTES));
        int entries = 0;
        for (int i = 0; i < count; i++) {
            byte[] sku = new byte[Byte.toUnsignedInt(in.get())];
            in.get(sku);
            PartitionId partition = new PartitionId(
                    new Sku(new String(sku, StandardCharsets.US_ASCII)), Short.toUnsignedInt(in.getShort()));
            long epoch = in.getLong();
            int patience = timed ? millis("patience", in.getInt()) : PATIENCE_FOR_EVER;
            int age = timed ? millis("age", in.getInt()) : 0;
            Entries run = new Entries(bytes, in.position() + Integer.BYTES, in.getInt());
            in.position(in.position() + run.count() * Entries.WIDTH);
            groups.add(new Group(partition, epoch, patience, age, run));
            entries += run.count();
        }
        if (entries < 1 || entries > MAX_ENTRIES) {
            throw new MalformedFrameException("frame: " + entries + " entries (expected: 1 to " + MAX_ENTRIES + ")");
        }
        return new Deduct(frameId, groups);
    }

    private static int millis(String name, int millis) {
        if (millis < 0) {
            throw new MalformedFrameException(name + ": " + millis + " ms (expected: 0 to " + Integer.MAX_VALUE + ")");
        }
        return millis;
    }

    /** Forms a deduct frame. Not thread-safe; may be used again after {@link #build()}. */
    final class Builder {
        private byte[] bytes = new byte[1_024];
        private int size;
        private int groups;
        private int countAt;
        private int count;
        private int patience;
        private int entries;

        public Builder begin(int frameId) {
            size = 0;
            groups = 0;
            entries = 0;
            count = 0;
            patience = 0;
            need(9).put((byte) 3).putInt(frameId).putInt(0);
            return this;
        }

        /** Begins a group of first attempts whose callers wait however long it takes. */
        public Builder group(PartitionId partition, long epoch) {
            return group(partition, epoch, 0).patience(PATIENCE_FOR_EVER);
        }

        /** Begins a group: the entries that follow are its, and so is what {@link #patience} says. */
        public Builder group(PartitionId partition, long epoch, int ageMillis) {
            endGroup();
            byte[] sku = partition.sku().toBytes();
            need(1 + sku.length + 2 + 8 + 4 + 4 + 4)
                    .put((byte) sku.length)
                    .put(sku)
                    .putShort((short) partition.slot())
                    .putLong(epoch)
                    .putInt(0)
                    .putInt(ageMillis)
                    .putInt(0);
            countAt = size - 4;
            groups++;
            return this;
        }

        /** A caller of the group waits so long; the longest counts. */
        public Builder patience(int millis) {
            patience = Math.max(patience, millis);
            return this;
        }

        public Builder entry(long high, long low, int quantity) {
            need(Entries.WIDTH);
            Entries.write(bytes, size - Entries.WIDTH, high, low, quantity);
            count++;
            entries++;
            return this;
        }

        public int entries() {
            return entries;
        }

        public byte[] build() {
            endGroup();
            ByteBuffer.wrap(bytes).putInt(5, groups);
            return Arrays.copyOf(bytes, size);
        }

        private void endGroup() {
            if (groups > 0) {
                ByteBuffer.wrap(bytes).putInt(countAt - 8, patience).putInt(countAt, count);
            }
            count = 0;
            patience = 0;
        }

        private ByteBuffer need(int length) {
            if (bytes.length - size < length) {
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + length));
            }
            ByteBuffer out = ByteBuffer.wrap(bytes, size, length);
            size += length;
            return out;
        }
    }
}
