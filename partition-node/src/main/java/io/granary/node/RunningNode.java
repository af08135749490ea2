// SPDX-License-Identifier: Apache-2.0
package io.granary.node;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.typesafe.config.Config;
import io.granary.log.StockLog;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqStockLog;
import io.granary.metrics.Monitoring;
import io.granary.metrics.MonitoringServer;
import io.granary.metrics.ProcessMetrics;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import io.granary.service.Started;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition node with what it needs of its own. An incarnation that gives up, as its lane was given to others or its
 * state can't be trusted, is replaced by another one, which begins with nothing.
 *
 * <p>Thread-safe: what runs is changed by the supervisor's thread alone.
 */
public final class RunningNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningNode.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(30);

    private final Config config;
    private final NodeSettings settings;
    private final ProcessMetrics metrics;
    private final MonitoringServer monitoring;
    private final ScheduledExecutorService supervisor;
    private volatile NodeService service;
    // The supervisor's:
    private Started started;
    private boolean closed;

    private RunningNode(Config config, NodeSettings settings, ProcessMetrics metrics) throws IOException {
        this.config = config;
        this.settings = settings;
        this.metrics = metrics;
        started = new Started();
        service = startIn(started);
        try {
            // One for all incarnations.
            monitoring = MonitoringServer.start(
                    settings.http(),
                    new Monitoring(
                            metrics::scrape,
                            Map.of("node", () -> service.lives()),
                            Map.of("node", () -> service.isReady())));
        } catch (IOException e) {
            started.close();
            throw e;
        }
        supervisor = Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
                .setNameFormat(settings.name() + "-supervisor")
                .setDaemon(true)
                .build());
    }

    /**
     * @throws IOException if its address can't be bound
     */
    public static RunningNode start(Config config, NodeSettings settings, ProcessMetrics metrics) throws IOException {
        RunningNode node = new RunningNode(config, settings, metrics);
        node.watch(node.service);
        return node;
    }

    private NodeService startIn(Started parts) throws IOException {
        try {
            StockLog log = parts.add(new RocketMqStockLog(RocketMqLogSettings.stockLog(config)));
            CuratorRegistry registry = parts.add(CuratorRegistry.start(RegistrySettings.of(config)));
            return parts.add(NodeService.start(settings, log, registry.nodeRegistration(), metrics.registry()));
        } catch (IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private void watch(NodeService watched) {
        var unused = watched.givenUp().thenAccept(reason -> {
            if (!supervisor.isShutdown()) {
                supervisor.execute(() -> replace(watched, reason));
            }
        });
    }

    private void replace(NodeService old, String reason) {
        if (closed || service != old) {
            return;
        }
        LOG.warn("{} has given up ({}): another incarnation is started", old.incarnation(), reason);
        started.close();
        startAnother();
    }

    private void startAnother() {
        if (closed) {
            return;
        }
        Started parts = new Started();
        try {
            service = startIn(parts);
            started = parts;
            watch(service);
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} can't be started, will try again in {} s", settings.name(), PAUSE.toSeconds(), e);
            var unused = supervisor.schedule(this::startAnother, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** The incarnation that was started last. */
    public NodeService service() {
        return service;
    }

    /** Where it answers those who watch it: http://host:port. */
    public String monitoringUrl() {
        return monitoring.url();
    }

    /** Ends it in order; waits 30 s at most. Closing again does nothing. */
    @Override
    public void close() {
        if (supervisor.isShutdown()) {
            return;
        }
        monitoring.close();
        boolean interrupted = Thread.interrupted();
        try {
            supervisor
                    .submit(() -> {
                        closed = true;
                        started.close();
                    })
                    .get(CLOSE_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("closing " + settings.name(), e.getCause());
        } catch (TimeoutException e) {
            LOG.warn("{} is not closed after {} s", settings.name(), CLOSE_WITHIN.toSeconds());
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            supervisor.shutdown();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
