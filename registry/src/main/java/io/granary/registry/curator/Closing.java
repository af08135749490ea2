// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leaving in good order, as far as there is time for it. */
final class Closing {
    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private Closing() {}

    /** Starts the work on the loop and waits until it has completed the future; not if the caller is the loop, nor if the loop is closed. */
    static void await(Loop loop, Duration timeout, Consumer<CompletableFuture<Void>> work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean begun = loop.offer(() -> work.accept(done));
        if (!begun || loop.isCurrent()) {
            return;
        }
        try {
            done.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.info("Entries of the registry are left to the end of their session");
        } catch (ExecutionException e) {
            LOG.warn("Entries of the registry are left to the end of their session", e.getCause());
        }
    }
}
