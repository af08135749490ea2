// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import com.google.protobuf.MessageLite;
import io.granary.proto.DeductionsGrpc;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.proto.PartitionControlGrpc;
import io.grpc.MethodDescriptor;
import java.util.function.ToIntFunction;

/**
 * What sets the two services apart.
 *
 * @param <Q> what callers send
 * @param <A> what the service sends
 * @param requestBytes the size of a message; one of 0 bytes is a sign of life, which no listener hears of
 * @param noRequest the message of 0 bytes
 */
record Rpc<Q, A>(
        MethodDescriptor<Q, A> method,
        ToIntFunction<Q> requestBytes,
        ToIntFunction<A> answerBytes,
        Q noRequest,
        A noAnswer) {
    /** The most bytes of a call that wait in the transport; above it the call is not ready. */
    static final int READY_BELOW_BYTES = 1 << 16;

    /** How many messages the transport may have read ahead of the listener. */
    static final int READ_AHEAD = 16;

    static final Rpc<byte[], byte[]> DEDUCTIONS = deductions();
    static final Rpc<LeaderMessage, NodeMessage> CONTROL = new Rpc<>(
            PartitionControlGrpc.getAttendMethod(),
            MessageLite::getSerializedSize,
            MessageLite::getSerializedSize,
            LeaderMessage.getDefaultInstance(),
            NodeMessage.getDefaultInstance());

    private static Rpc<byte[], byte[]> deductions() {
        FrameMarshaller marshaller = new FrameMarshaller();
        byte[] nothing = new byte[0];
        return new Rpc<>(
                DeductionsGrpc.getDeductMethod().toBuilder(marshaller, marshaller)
                        .build(),
                body -> body.length,
                body -> body.length,
                nothing,
                nothing);
    }
}
