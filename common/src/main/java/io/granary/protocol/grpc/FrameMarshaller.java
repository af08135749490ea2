// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import io.granary.proto.Frame;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Reads and writes the body of a protobuf {@link Frame} without building one: a body is copied once, between the array
 * and the transport's buffer. Frames that others have written otherwise, with fields unknown here, are parsed as usual.
 */
final class FrameMarshaller implements MethodDescriptor.Marshaller<byte[]> {
    private static final int BODY_TAG = Frame.BODY_FIELD_NUMBER << 3 | 2;

    @Override
    public InputStream stream(byte[] body) {
        return new FrameStream(body);
    }

    @Override
    public byte[] parse(InputStream in) {
        try {
            ByteArrayOutputStream head = new ByteArrayOutputStream(8);
            int tag = in.read();
            if (tag < 0) {
                return new byte[0];
            }
            head.write(tag);
            if (tag == BODY_TAG) {
                long length = readVarint(in, head);
                if (in instanceof KnownLength && in.available() == length) {
                    byte[] body = new byte[(int) length];
                    in.readNBytes(body, 0, body.length);
                    return body;
                }
            }
            in.transferTo(head);
            return Frame.parseFrom(head.toByteArray()).getBody().toByteArray();
        } catch (IOException e) {
            throw Status.INTERNAL
                    .withDescription("message: not a frame")
                    .withCause(e)
                    .asRuntimeException();
        }
    }

    /** Reads a number of at most 32 bits, keeping its bytes; -1 if it is none. */
    private static long readVarint(InputStream in, ByteArrayOutputStream copy) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int next = in.read();
            if (next < 0) {
                return -1;
            }
            copy.write(next);
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        return -1;
    }

    private static final class FrameStream extends InputStream implements Drainable, KnownLength {
        private final byte[] head;
        private final byte[] body;
        private int position;

        FrameStream(byte[] body) {
            this.body = body;
            head = head(body.length);
        }

        private static byte[] head(int length) {
            if (length == 0) {
                return new byte[0];
            }
            byte[] head = new byte[2 + (31 - Integer.numberOfLeadingZeros(length)) / 7];
            head[0] = BODY_TAG;
            int rest = length;
            for (int i = 1; i < head.length; i++) {
                head[i] = (byte) (i == head.length - 1 ? rest : (rest & 0x7F) | 0x80);
                rest >>>= 7;
            }
            return head;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            int drained = available();
            int fromHead = Math.min(position, head.length);
            target.write(head, fromHead, head.length - fromHead);
            int fromBody = Math.max(0, position - head.length);
            target.write(body, fromBody, body.length - fromBody);
            position += drained;
            return drained;
        }

        @Override
        public int read() {
            if (position >= head.length + body.length) {
                return -1;
            }
            byte next = position < head.length ? head[position] : body[position - head.length];
            position++;
            return Byte.toUnsignedInt(next);
        }

        @Override
        public int read(byte[] to, int at, int length) {
            int count = 0;
            for (int next; count < length && (next = read()) >= 0; count++) {
                to[at + count] = (byte) next;
            }
            return count == 0 && length > 0 ? -1 : count;
        }

        @Override
        public int available() {
            return head.length + body.length - position;
        }
    }
}
