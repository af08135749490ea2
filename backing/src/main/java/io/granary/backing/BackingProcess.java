// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One service as an operating system process, with all its data in one folder.
 *
 * <p>It can be started again after {@link #close()} and after {@link #kill()}, on the same port with the same data. It never
 * outlives this JVM, see {@link ParentDeathWatch}. Thread-safe; a call waits for another one to end.
 */
public abstract class BackingProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackingProcess.class);
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(10);
    private static final int SHOWN_LOG_CHARS = 4_000;

    private final String name;
    private final Path directory;
    private final Duration stopTimeout;
    private @Nullable Process process;
    private @Nullable ParentDeathWatch watch;
    private boolean paused;

    /**
     * @param stopTimeout how long {@link #close()} waits for an orderly end; zero if there is nothing to put in order
     */
    protected BackingProcess(String name, Path directory, Duration stopTimeout) {
        this.name = name;
        this.directory = directory.toAbsolutePath();
        this.stopTimeout = stopTimeout;
    }

    /** Prepares the folder, which exists, and gives the command to run in it. */
    protected abstract List<String> prepare() throws IOException;

    /** Whether the service serves. */
    protected abstract boolean isReady();

    /** Called when the service serves after a start. */
    protected void started() {}

    /** What it is called in logs and messages. */
    public final String name() {
        return name;
    }

    /** The port on 127.0.0.1; the same over all restarts. */
    public abstract int port();

    /**
     * Starts the process and waits until it serves, for 2 min at most.
     *
     * @throws IllegalStateException if it runs
     * @throws BackingServiceException if it does not come up; then nothing is left running
     */
    public final synchronized void start() {
        if (isAlive()) {
            throw new IllegalStateException(name + ": running (expected: not running)");
        }
        long startedNanos = System.nanoTime();
        try {
            Files.createDirectories(directory);
            Process started = new ProcessBuilder(Platform.deafToTerminal(prepare()))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.appendTo(log().toFile()))
                    .start();
            process = started;
            watch = ParentDeathWatch.over(started);
            started.getOutputStream().close();
            awaitReady(started, startedNanos + START_TIMEOUT.toNanos());
            started();
        } catch (IOException e) {
            kill();
            throw new BackingServiceException(name + ": cannot start", e);
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw new BackingServiceException(name + ": interrupted while starting", e);
        } catch (RuntimeException e) {
            kill();
            throw e;
        }
        LOG.info(
                "{}: serving on 127.0.0.1:{} after {} ms",
                name,
                port(),
                (System.nanoTime() - startedNanos) / 1_000_000);
    }

    private void awaitReady(Process started, long deadlineNanos) throws IOException, InterruptedException {
        while (!isReady()) {
            if (started.waitFor(PROBE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BackingServiceException("%s: ended with status %d (expected: to serve). %s"
                        .formatted(name, started.exitValue(), endOfLog()));
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new BackingServiceException(
                        "%s: not serving after %s (expected: to serve). %s".formatted(name, START_TIMEOUT, endOfLog()));
            }
        }
    }

    private String endOfLog() throws IOException {
        String text = Files.exists(log()) ? new String(Files.readAllBytes(log()), StandardCharsets.UTF_8) : "";
        return "Log %s ends:%n%s".formatted(log(), text.substring(Math.max(0, text.length() - SHOWN_LOG_CHARS)));
    }

    /** Stops the process in order if it can be done within seconds, else kills it. What it has confirmed is kept. */
    @Override
    public final synchronized void close() {
        Process running = process;
        if (running == null) {
            return;
        }
        boolean interrupted = false;
        if (!stopTimeout.isZero() && running.isAlive()) {
            running.destroy();
            try {
                resume();
                if (!running.waitFor(stopTimeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    LOG.warn("{}: not stopped after {}, killing it", name, stopTimeout);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        kill();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills the process with SIGKILL, also if it is paused, and waits until it is gone. Does nothing if it is not running. */
    public final synchronized void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().onExit().join();
            process = null;
            paused = false;
        }
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }

    /** {@link #close()} and {@link #start()}. */
    public final synchronized void restart() {
        close();
        start();
    }

    /**
     * Freezes the process with SIGSTOP: its connections stay open and nobody answers. When the call returns, it is frozen.
     *
     * @throws IllegalStateException if it is not running
     * @throws UnsupportedOperationException on Windows
     */
    public final synchronized void pause() {
        signal("STOP");
        paused = true;
        try {
            while (!Platform.isStopped(pid())) {
                LockSupport.parkNanos(PROBE_INTERVAL.toNanos());
            }
        } catch (IOException e) {
            throw new BackingServiceException(name + ": cannot see whether it is stopped", e);
        }
    }

    /** Lets a paused process go on. Does nothing if it is not paused. */
    public final synchronized void resume() {
        if (paused) {
            signal("CONT");
            paused = false;
        }
    }

    private void signal(String signal) {
        try {
            Platform.signal(pid(), signal);
        } catch (IOException e) {
            throw new BackingServiceException(name + ": cannot signal", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackingServiceException(name + ": interrupted while signalling", e);
        }
    }

    /** Whether the process exists; a paused one does. */
    public final synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /**
     * The process id.
     *
     * @throws IllegalStateException if it is not running
     */
    public final synchronized long pid() {
        if (process == null || !process.isAlive()) {
            throw new IllegalStateException(name + ": not running (expected: running)");
        }
        return process.pid();
    }

    /** Where the service keeps everything. */
    public final Path directory() {
        return directory;
    }

    /** What the process writes to its output. */
    public final Path log() {
        return directory.resolve(name + ".log");
    }

    @Override
    public final String toString() {
        return name + " on 127.0.0.1:" + port();
    }
}
