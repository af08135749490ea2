// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.backing.BackingProcess;
import io.granary.backing.BackingServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that is started again when it has ended, unless it has been taken down on purpose. Thread-safe; a call waits
 * for another one to end.
 */
final class Supervised {
    private static final Logger LOG = LoggerFactory.getLogger(Supervised.class);
    private static final int START_ATTEMPTS = 5;

    private final BackingProcess process;
    private boolean down;
    private boolean paused;
    private int unaskedEnds;

    /**
     * @param process running
     */
    Supervised(BackingProcess process) {
        this.process = process;
    }

    /** SIGKILL; it stays down until {@link #start}. */
    synchronized void kill() {
        down = true;
        paused = false;
        process.kill();
        LOG.info("{} is killed", process.name());
    }

    /** Stops it in order; it stays down until {@link #start}. */
    synchronized void stop() {
        down = true;
        paused = false;
        process.close();
        LOG.info("{} is stopped", process.name());
    }

    /**
     * Starts it if it is down.
     *
     * @throws BackingServiceException if it does not come up
     */
    synchronized void start() {
        if (!process.isAlive()) {
            revive();
        }
        down = false;
    }

    /** SIGSTOP, until {@link #resume}. */
    synchronized void pause() {
        reviveIfEnded();
        process.pause();
        paused = true;
        LOG.info("{} is paused", process.name());
    }

    synchronized void resume() {
        if (paused) {
            paused = false;
            process.resume();
            LOG.info("{} goes on", process.name());
        }
    }

    /** Starts it if it has ended by itself. */
    synchronized void reviveIfEnded() {
        if (!down && !process.isAlive()) {
            unaskedEnds++;
            LOG.warn("{} has ended by itself, see {}", process.name(), process.log());
            revive();
        }
    }

    private void revive() {
        for (int attempt = 1; ; attempt++) {
            try {
                // Also forgets a process that has ended by itself.
                process.kill();
                process.start();
                LOG.info("{} is started", process.name());
                return;
            } catch (BackingServiceException e) {
                LOG.warn("{} does not start, attempt {}", process.name(), attempt, e);
                if (attempt == START_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** How often it has ended by itself. */
    synchronized int unaskedEnds() {
        return unaskedEnds;
    }

    /** The process itself; what is done to it behind this back is not noticed. */
    BackingProcess process() {
        return process;
    }
}
