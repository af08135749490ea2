// SPDX-License-Identifier: Apache-2.0
package io.granary.service;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been started, in order: closing closes it in reverse, all of it, whatever fails. Not thread-safe.
 */
public final class Started implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Started.class);

    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    public <T extends AutoCloseable> T add(T started) {
        running.push(started);
        return started;
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        while (!running.isEmpty()) {
            AutoCloseable last = running.pop();
            try {
                last.close();
            } catch (InterruptedException e) {
                interrupted = true;
                LOG.warn("interrupted while closing {}", last);
            } catch (Exception e) {
                LOG.warn("closing {} failed", last, e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
