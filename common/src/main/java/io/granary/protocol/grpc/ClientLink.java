// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.grpc.Outbox.End;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The caller's end of a link. gRPC never overlaps the calls of its listener, and closes it once and last. */
final class ClientLink<S, R> extends ClientCall.Listener<R> implements Link<S>, Outbox.Wire<S> {
    private static final Logger LOG = LoggerFactory.getLogger(ClientLink.class);

    private final Rpc<S, R> rpc;
    private final ClientCall<S, R> call;
    private final LinkListener<R> listener;
    private final BiConsumer<ClientLink<S, R>, End> onEnd;
    private final Outbox<S> outbox;
    // Set by the transport's thread and cleared by the one that asks for signs of life.
    private volatile boolean heard = true;
    private int silentBeats;

    /**
     * @param onEnd called once, just before the listener hears that the link broke
     */
    ClientLink(
            Rpc<S, R> rpc,
            ClientCall<S, R> call,
            LinkListener<R> listener,
            GrpcSettings settings,
            BiConsumer<ClientLink<S, R>, End> onEnd) {
        this.rpc = rpc;
        this.call = call;
        this.listener = listener;
        this.onEnd = onEnd;
        outbox = new Outbox<>(this, rpc.requestBytes(), settings.maxWaitingBytes());
    }

    void start() {
        call.start(this, new Metadata());
        call.request(Rpc.READ_AHEAD);
        outbox.open();
    }

    /** Asks for a sign of life; ends the link if the last two brought none. One thread at a time. */
    void beat() {
        silentBeats = heard ? 0 : silentBeats + 1;
        if (silentBeats > 1) {
            outbox.end(End.By.FAULT, "no sign of life");
            return;
        }
        heard = false;
        outbox.send(rpc.noRequest());
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
        call.cancel(end.reason(), null);
    }

    @Override
    public void onMessage(R message) {
        heard = true;
        if (rpc.answerBytes().applyAsInt(message) > 0 && outbox.ended() == null) {
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
        if (isReady()) {
            listener.onReady();
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        outbox.end(End.By.OTHER, text(status));
        End end = outbox.ended();
        if (end != null) {
            onEnd.accept(this, end);
            listener.onBroken(end.reason());
        }
    }

    private static String text(Status status) {
        StringBuilder text = new StringBuilder(status.isOk() ? "closed by the service" : "" + status.getCode());
        if (status.getDescription() != null) {
            text.append(": ").append(status.getDescription());
        }
        for (@Nullable Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            text.append(": ").append(cause.getMessage());
        }
        return text.toString();
    }
}
