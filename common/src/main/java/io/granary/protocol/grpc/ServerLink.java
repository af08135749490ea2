// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.grpc.Outbox.End;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service's end of a link. gRPC never overlaps the calls of its listener, and completes or cancels it once and last. */
final class ServerLink<R, S> extends ServerCall.Listener<R> implements Link<S>, Outbox.Wire<S> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLink.class);

    private final Rpc<R, S> rpc;
    private final ServerCall<R, Object> call;
    private final Consumer<ServerLink<R, S>> onEnd;
    private final Outbox<S> outbox;
    private @Nullable LinkListener<R> listener;

    ServerLink(Rpc<R, S> rpc, ServerCall<R, Object> call, GrpcSettings settings, Consumer<ServerLink<R, S>> onEnd) {
        this.rpc = rpc;
        this.call = call;
        this.onEnd = onEnd;
        outbox = new Outbox<>(this, rpc.answerBytes(), settings.maxWaitingBytes());
    }

    /** Before any call of the transport. */
    void start(LinkListener<R> hears) {
        listener = hears;
        call.request(Rpc.READ_AHEAD);
        outbox.open();
    }

    @Override
    public void send(S message) {
        outbox.send(message);
    }

    /** Of the call, not of the queue: what the queue holds while the call is ready is about to leave. */
    @Override
    public boolean isReady() {
        return outbox.ended() == null && call.isReady();
    }

    @Override
    public void close() {
        outbox.end(End.By.CLOSE, "closed");
    }

    @Override
    public void write(S message) {
        call.sendMessage(message);
    }

    @Override
    public void end(End end) {
        switch (end.by()) {
            case CLOSE -> call.close(Status.OK, new Metadata());
            case OVERFLOW -> call.sendMessage(new Abort(end.reason()));
            default -> call.close(Status.INTERNAL.withDescription(end.reason()), new Metadata());
        }
    }

    @Override
    public void onMessage(R message) {
        if (rpc.requestBytes().applyAsInt(message) == 0) {
            outbox.send(rpc.noAnswer());
        } else if (listener != null && outbox.ended() == null) {
            try {
                listener.onMessage(message);
            } catch (RuntimeException e) {
                LOG.warn("The listener of a link failed on a message", e);
                outbox.end(End.By.FAULT, "listener failed: " + e);
            }
        }
        call.request(1);
    }

    @Override
    public void onReady() {
        outbox.handOver();
        if (listener != null && isReady()) {
            listener.onReady();
        }
    }

    @Override
    public void onHalfClose() {
        close();
    }

    @Override
    public void onCancel() {
        over("cancelled by the caller, or the connection is gone");
    }

    @Override
    public void onComplete() {
        over("closed");
    }

    private void over(String reason) {
        outbox.end(End.By.OTHER, reason);
        End end = outbox.ended();
        onEnd.accept(this);
        if (listener != null && end != null) {
            listener.onBroken(end.reason());
        }
    }
}
