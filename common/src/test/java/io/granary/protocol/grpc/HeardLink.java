// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.backing.Patience;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** Takes down what comes out of a link, and checks that calls neither overlap nor follow the end. */
final class HeardLink<S, R> implements LinkListener<R> {
    final CompletableFuture<Link<S>> link = new CompletableFuture<>();
    final CompletableFuture<String> broken = new CompletableFuture<>();
    final CompletableFuture<Void> ready = new CompletableFuture<>();
    final List<String> misuses = new CopyOnWriteArrayList<>();
    private final AtomicBoolean inside = new AtomicBoolean();
    private final BiConsumer<HeardLink<S, R>, R> onMessage;

    HeardLink(BiConsumer<HeardLink<S, R>, R> onMessage) {
        this.onMessage = onMessage;
    }

    private void alone(String call, Runnable body) {
        if (!inside.compareAndSet(false, true)) {
            misuses.add(call + " overlaps another call");
        }
        if (broken.isDone()) {
            misuses.add(call + " after onBroken");
        }
        try {
            body.run();
        } finally {
            inside.set(false);
        }
    }

    @Override
    public void onMessage(R message) {
        alone("onMessage", () -> onMessage.accept(this, message));
    }

    @Override
    public void onReady() {
        alone("onReady", () -> ready.complete(null));
    }

    @Override
    public void onBroken(String reason) {
        alone("onBroken", () -> broken.complete(reason));
    }

    Link<S> link() {
        return soon(link);
    }

    String broken() {
        return soon(broken);
    }

    void assertUsedWell() {
        assertThat(misuses).isEmpty();
    }

    static <T> T soon(CompletableFuture<T> future) {
        return future.orTimeout(Patience.seconds(20), TimeUnit.SECONDS).join();
    }
}
