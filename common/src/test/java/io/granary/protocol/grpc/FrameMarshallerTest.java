// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.granary.proto.Frame;
import io.grpc.Drainable;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What it writes and reads is what protobuf writes and reads. */
class FrameMarshallerTest {
    private final FrameMarshaller marshaller = new FrameMarshaller();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152})
    void itSpeaksProtobuf(int size) throws Exception {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        byte[] frame =
                Frame.newBuilder().setBody(ByteString.copyFrom(body)).build().toByteArray();

        assertThat(marshaller.stream(body).readAllBytes()).isEqualTo(frame);
        assertThat(marshaller.stream(body).available()).isEqualTo(frame.length);
        assertThat(marshaller.parse(new ByteArrayInputStream(frame))).isEqualTo(body);
        assertThat(marshaller.parse(marshaller.stream(body))).isEqualTo(body);
    }

    @Test
    void whatWasReadIsNotDrainedAgain() throws Exception {
        byte[] body = {1, 2, 3, 4};
        byte[] frame =
                Frame.newBuilder().setBody(ByteString.copyFrom(body)).build().toByteArray();
        for (int read = 0; read <= frame.length; read++) {
            InputStream stream = marshaller.stream(body);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(stream.readNBytes(read));
            int drained = ((Drainable) stream).drainTo(out);
            assertThat(drained).isEqualTo(frame.length - read);
            assertThat(out.toByteArray()).isEqualTo(frame);
            assertThat(stream.read()).isEqualTo(-1);
        }
    }

    @Test
    void fieldsOfLaterVersionsArePassedOver() {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(7, UnknownFieldSet.Field.newBuilder().addVarint(5).build())
                .build();
        Frame frame = Frame.newBuilder()
                .setBody(ByteString.copyFromUtf8("body"))
                .setUnknownFields(later)
                .build();
        byte[] behind = frame.toByteArray();
        byte[] before = ByteString.copyFrom(later.toByteArray())
                .concat(Frame.newBuilder()
                        .setBody(ByteString.copyFromUtf8("body"))
                        .build()
                        .toByteString())
                .toByteArray();

        assertThat(marshaller.parse(new ByteArrayInputStream(behind)))
                .asString()
                .isEqualTo("body");
        assertThat(marshaller.parse(new ByteArrayInputStream(before)))
                .asString()
                .isEqualTo("body");
    }

    @Test
    void bytesThatAreNoFrameAreRefused() {
        for (byte[] bytes : new byte[][] {{10}, {10, 5, 1}, {10, -1, -1, -1, -1, -1, -1}, {8}, {0}}) {
            assertThatThrownBy(() -> marshaller.parse(new ByteArrayInputStream(bytes)))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("not a frame");
        }
    }
}
