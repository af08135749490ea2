// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a node sends to a client. All numbers are big-endian.
 *
 * <pre>
 * frame = kind 1, welcome:      generation (8)
 *       | kind 2, all deducted: frameId (4)
 *       | kind 3, answers:      frameId (4) count (4) (index (4) answer (1) detail (8))*
 * </pre>
 *
 * Each entry of a deduct frame is answered once; the answers of one frame may come in several.
 */
public sealed interface NodeFrame {
    /** The node has taken note of the stream's generation: deduct frames may follow. */
    record Welcome(long generation) implements NodeFrame {
        public byte[] encode() {
            return ByteBuffer.allocate(9).put((byte) 1).putLong(generation).array();
        }
    }

    /** Every entry of the frame is {@link Answer#DEDUCTED}. */
    record AllDeducted(int frameId) implements NodeFrame {
        public byte[] encode() {
            return ByteBuffer.allocate(5).put((byte) 2).putInt(frameId).array();
        }
    }

    /** Answers to entries of one frame: a view of the bytes. */
    record Answers(int frameId, int count, byte[] bytes) implements NodeFrame {
        private static final int HEAD = 9;
        private static final int WIDTH = 13;

        public int index(int i) {
            return ByteBuffer.wrap(bytes).getInt(HEAD + i * WIDTH);
        }

        public Answer answer(int i) {
            return Answer.ofCode(bytes[HEAD + i * WIDTH + 4]);
        }

        public long detail(int i) {
            return ByteBuffer.wrap(bytes).getLong(HEAD + i * WIDTH + 5);
        }

        /** Refuses answers that there are not, so that reading one later can't fail. */
        private void check() {
            for (int i = 0; i < count; i++) {
                answer(i);
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Answers that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    /**
     * Decodes a frame; answers stay a view of the bytes.
     *
     * @throws MalformedFrameException if the bytes are anything but one whole frame
     */
    static NodeFrame decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            byte kind = in.get();
            NodeFrame frame = switch (kind) {
                case 1 -> new Welcome(in.getLong());
                case 2 -> new AllDeducted(in.getInt());
                case 3 -> new Answers(in.getInt(), in.getInt(), bytes);
                default -> throw new MalformedFrameException("frame kind: " + kind + " (expected: 1 to 3)");
            };
            long behind = frame instanceof Answers answers ? (long) answers.count() * Answers.WIDTH : 0;
            if (in.remaining() != behind) {
                throw new MalformedFrameException(
                        "frame: " + in.remaining() + " bytes behind its head (expected: " + behind + ")");
            }
            if (frame instanceof Answers answers) {
                answers.check();
            }
            return frame;
        } catch (BufferUnderflowException e) {
            throw new MalformedFrameException("frame: " + bytes.length + " bytes (expected: a whole frame)", e);
        }
    }

    /** Forms an answers frame. Not thread-safe; may be used again after {@link #build(int)}. */
    final class Builder {
        private byte[] bytes = new byte[Answers.HEAD + 16 * Answers.WIDTH];
        private int count;

        public Builder answer(int index, Answer answer, long detail) {
            int at = Answers.HEAD + count * Answers.WIDTH;
            if (bytes.length < at + Answers.WIDTH) {
                bytes = Arrays.copyOf(bytes, bytes.length * 2);
            }
            ByteBuffer.wrap(bytes).putInt(at, index).put(at + 4, answer.code()).putLong(at + 5, detail);
            count++;
            return this;
        }

        public boolean isEmpty() {
            return count == 0;
        }

        public byte[] build(int frameId) {
            ByteBuffer.wrap(bytes).put(0, (byte) 3).putInt(1, frameId).putInt(5, count);
            byte[] frame = Arrays.copyOf(bytes, Answers.HEAD + count * Answers.WIDTH);
            count = 0;
            return frame;
        }
    }
}
