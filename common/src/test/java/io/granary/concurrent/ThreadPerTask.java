// SPDX-License-Identifier: Apache-2.0
package io.granary.concurrent;

import java.util.concurrent.Executor;

/**
 * Starts a thread for each task, for tasks that must run side by side: of the common pool there may be one only, since
 * Java 25 also for {@link java.util.concurrent.CompletableFuture}.
 */
public final class ThreadPerTask implements Executor {
    @Override
    public void execute(Runnable task) {
        new Thread(task).start();
    }
}
