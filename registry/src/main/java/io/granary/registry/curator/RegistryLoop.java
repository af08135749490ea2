// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/** The loop as ZooKeeper's threads see it: what comes after the end is dropped, as nobody is left to hear it. */
final class RegistryLoop {
    private final Loop loop;

    RegistryLoop(Loop loop) {
        this.loop = loop;
    }

    /** Runs the task on the loop; returns false if the loop is closed. Thread-safe. */
    boolean post(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException closed) {
            return false;
        }
    }

    /** Runs the task on the loop after the delay, if it is open then. Call on the loop. */
    Loop.Timer schedule(Duration delay, Runnable task) {
        return loop.schedule(delay, task);
    }

    boolean isCurrent() {
        return loop.isCurrent();
    }
}
