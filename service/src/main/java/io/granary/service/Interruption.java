// SPDX-License-Identifier: Apache-2.0
package io.granary.service;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C (and SIGTERM): the command that runs on this thread is told, and the JVM's end waits until it has cleaned up.
 * Make it on the thread that runs the command; close it last. Thread-safe.
 */
public final class Interruption implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final CountDownLatch raised = new CountDownLatch(1);
    private final CountDownLatch cleanedUp = new CountDownLatch(1);
    private final Thread hook = new Thread(this::raise, "interruption");
    private volatile Runnable reaction;

    public Interruption() {
        Thread command = Thread.currentThread();
        reaction = command::interrupt;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void raise() {
        raised.countDown();
        reaction.run();
        try {
            if (!cleanedUp.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("Not cleaned up after " + PATIENCE.toSeconds() + " s, giving up.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What to do when it comes, from now on; at first it interrupts the thread that made this. */
    public void react(Runnable other) {
        reaction = other;
        if (isRaised()) {
            other.run();
        }
    }

    public boolean isRaised() {
        return raised.getCount() == 0;
    }

    /** Waits for it. */
    public void await() throws InterruptedException {
        raised.await();
    }

    /** Everything is cleaned up: the JVM may end. */
    @Override
    public void close() {
        cleanedUp.countDown();
        if (!isRaised()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The JVM began to end meanwhile: the hook runs, and has nothing to wait for.
                cleanedUp.countDown();
            }
        }
    }
}
