// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.InputStream;

/**
 * A "message" that ends a server call at once. {@code ServerCall.close} waits behind all that is to be sent, and so
 * for ever if the caller does not read; gRPC offers nothing harder, but cancels the stream if a message can't be
 * written.
 */
record Abort(String reason) {
    /** Writes messages as the given one does, and fails on an {@link Abort}. */
    record Aborting<S>(Marshaller<S> messages, Class<S> type) implements Marshaller<Object> {
        @Override
        public InputStream stream(Object message) {
            if (message instanceof Abort abort) {
                throw Status.RESOURCE_EXHAUSTED.withDescription(abort.reason()).asRuntimeException();
            }
            return messages.stream(type.cast(message));
        }

        @Override
        public S parse(InputStream in) {
            return messages.parse(in);
        }
    }
}
