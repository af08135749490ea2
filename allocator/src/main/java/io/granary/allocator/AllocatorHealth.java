// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import io.granary.allocator.control.Leader;
import io.granary.allocator.store.SqlViews;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Whether an allocator lives and is ready: its loop turns, the books answer, it has joined the others. Thread-safe. */
final class AllocatorHealth {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Leader leader;
    private final SqlViews books;
    private final Executor asking;
    private volatile boolean joined;

    /**
     * @param asking asks the books; one thread will do
     */
    AllocatorHealth(Leader leader, SqlViews books, Executor asking) {
        this.leader = leader;
        this.books = books;
        this.asking = asking;
    }

    /** The registry names it, or does not, among the live allocators. */
    void setJoined(boolean isNamed) {
        joined = isNamed;
    }

    /** What is wrong with its loop; empty if nothing is. */
    Optional<String> loop() {
        // Only a leader sees anything, but whoever says so answers.
        return problem(leader.look().<Boolean>handle((look, fault) -> true), "the leader's loop");
    }

    /** What is wrong with the books; empty if nothing is. */
    Optional<String> books() {
        try {
            return problem(CompletableFuture.supplyAsync(books::alarms, asking), "the database");
        } catch (RejectedExecutionException e) {
            return Optional.of("it closes");
        }
    }

    /** What is wrong with the registry; empty if nothing is. */
    Optional<String> registry() {
        return joined ? Optional.empty() : Optional.of("ZooKeeper does not name it among the allocators yet");
    }

    private static Optional<String> problem(CompletableFuture<?> answer, String who) {
        try {
            answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return Optional.of(who + " does not answer: " + cause.getMessage());
        } catch (TimeoutException e) {
            return Optional.of(who + " has not answered within " + PATIENCE.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }
}
