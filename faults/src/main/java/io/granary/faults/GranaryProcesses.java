// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import com.google.common.collect.ImmutableMap;
import com.typesafe.config.Config;
import io.granary.backing.BackingProcess;
import io.granary.backing.BackingServiceException;
import io.granary.backing.BackingServices;
import io.granary.backing.DatabaseAddress;
import io.granary.backing.FreePorts;
import io.granary.backing.RocketMqOptions;
import io.granary.config.Configuration;
import io.granary.service.Started;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All of Granary as processes of their own on this machine, with a proxy in each link between them, and a supervisor that
 * starts again what ends. Thread-safe.
 */
final class GranaryProcesses implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GranaryProcesses.class);
    private static final int LANES = 32;
    private static final Duration LOOK_AROUND = Duration.ofMillis(200);

    private final Started started;
    private final BackingServices backing;
    private final Path directory;
    private final Duration sessionTimeout;
    private final Duration idWindow;
    private final Map<String, Supervised> processes = new TreeMap<>();
    private final Map<String, Proxy> links = new TreeMap<>();
    private final List<URI> apis = new ArrayList<>();

    private GranaryProcesses(Started started, Path directory, Duration sessionTimeout, Duration idWindow) {
        this.started = started;
        this.directory = directory;
        this.sessionTimeout = sessionTimeout;
        this.idWindow = idWindow;
        backing = BackingServices.at(directory)
                .rocketMq(RocketMqOptions.defaults()
                        .withTopic("stock-log", LANES)
                        .withTopic("stock-update", 4)
                        .withTopic("stock-update-dead", 1))
                .start();
        started.add(backing::kill);
    }

    /**
     * Starts everything. Allocators and nodes may still be joining when the call returns.
     *
     * @param directory where all data and logs go
     * @param idWindow how long a request id must be known to nodes: retries that come later may be told something else
     * @throws BackingServiceException if something does not come up; then nothing is left running
     * @throws IOException if a file can't be written, or a proxy can't listen
     */
    static GranaryProcesses start(Path directory, Duration sessionTimeout, Duration idWindow) throws IOException {
        Started started = new Started();
        try {
            GranaryProcesses granary = new GranaryProcesses(started, directory, sessionTimeout, idWindow);
            granary.startServices();
            return granary;
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private void startServices() throws IOException {
        supervise(Target.ZOOKEEPER, backing.zooKeeper());
        supervise(Target.NAME_SERVER, backing.nameServer());
        supervise(Target.BROKER, backing.broker());
        supervise(Target.MARIADB, backing.mariaDb());
        link(Target.CLIENT_TO_ZOOKEEPER, backing.zooKeeper().port());
        for (int i = 1; i <= Target.ALLOCATORS; i++) {
            startAllocator(Target.ALLOCATOR + "-" + i);
        }
        for (int i = 1; i <= Target.NODES; i++) {
            startNode(Target.NODE + "-" + i);
        }
        ScheduledExecutorService supervisor = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "supervisor");
            thread.setDaemon(true);
            return thread;
        });
        started.add(() -> {
            supervisor.shutdown();
            if (!supervisor.awaitTermination(2, TimeUnit.MINUTES)) {
                LOG.warn("The supervisor does not end");
            }
        });
        var unused = supervisor.scheduleWithFixedDelay(
                this::lookAround, LOOK_AROUND.toMillis(), LOOK_AROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void lookAround() {
        for (Supervised process : processes.values()) {
            try {
                process.reviveIfEnded();
            } catch (BackingServiceException e) {
                LOG.error("{} does not come up again", process.process(), e);
            }
        }
    }

    /** Where the allocators answer operators. */
    List<URI> apis() {
        return List.copyOf(apis);
    }

    private void startAllocator(String name) throws IOException {
        int database = link(name + ">mariadb", backing.mariaDb().port());
        int http = FreePorts.free();
        apis.add(URI.create("http://127.0.0.1:" + http));
        ServiceProcess process = new ServiceProcess(
                name,
                directory.resolve(name),
                "allocator",
                configure(
                        name,
                        ImmutableMap.of(
                                "granary.allocator.name",
                                name,
                                "granary.allocator.http.port",
                                http,
                                "granary.allocator.settlement.id-window.age",
                                idWindow.toMillis() + " ms",
                                "granary.database.url",
                                url(database),
                                "granary.database.user",
                                backing.database().user(),
                                "granary.database.password",
                                backing.database().password())),
                socks(name + ">broker"),
                0);
        started.add(process::kill);
        supervise(name, process);
        process.start();
    }

    private void startNode(String name) throws IOException {
        int port = FreePorts.free();
        int reachedByLeaders = link("leader>" + name, port);
        link("client>" + name, port);
        ServiceProcess process = new ServiceProcess(
                name,
                directory.resolve(name),
                "node",
                configure(
                        name,
                        ImmutableMap.of(
                                "granary.node.name", name,
                                "granary.node.id-window", idWindow.toMillis() + " ms",
                                "granary.node.port", port,
                                "granary.node.advertised-port", reachedByLeaders)),
                socks(name + ">broker"),
                port);
        started.add(process::kill);
        supervise(name, process);
        process.start();
    }

    private void supervise(String name, BackingProcess process) {
        processes.put(name, new Supervised(process));
    }

    /** Puts a proxy in a link, and returns its port. */
    private int link(String name, int port) throws IOException {
        Proxy proxy = started.add(Proxy.to(name, port));
        links.put(name, proxy);
        return proxy.port();
    }

    private int socks(String name) throws IOException {
        Proxy proxy = started.add(Proxy.socks(name));
        links.put(name, proxy);
        return proxy.port();
    }

    private String url(int port) {
        return backing.database().url().replace(":" + backing.mariaDb().port() + "/", ":" + port + "/");
    }

    private Path configure(String name, Map<String, ?> settings) throws IOException {
        Path file = directory.resolve(name + ".conf");
        Files.writeString(
                file,
                configuration(link(name + ">zookeeper", backing.zooKeeper().port()), settings));
        return file;
    }

    private String configuration(int zooKeeper, Map<String, ?> settings) {
        StringBuilder text = new StringBuilder();
        ImmutableMap.<String, Object>builder()
                .put("granary.registry.connect", "127.0.0.1:" + zooKeeper)
                .put("granary.registry.session-timeout", sessionTimeout.toMillis() + " ms")
                .put("granary.log.name-server", backing.nameServerAddress())
                .putAll(settings)
                .buildOrThrow()
                .forEach((key, value) ->
                        text.append(key).append(" = \"").append(value).append("\"\n"));
        return text.toString();
    }

    /** The configuration of clients: they reach ZooKeeper through a proxy, too. */
    Config clientConfiguration() {
        return Configuration.parse(
                configuration(link(Target.CLIENT_TO_ZOOKEEPER).port(), ImmutableMap.of()), "the fault test");
    }

    /** Where clients reach the node that is registered at this address: they have a proxy of their own. */
    String addressForClients(String registered) {
        for (Target target : Target.of(Target.LEADER_TO_NODE)) {
            if (registered.endsWith(":" + link(target.name()).port())) {
                return "127.0.0.1:"
                        + link(target.name().replace("leader>", "client>")).port();
            }
        }
        throw new IllegalArgumentException("address: " + registered + " (expected: that of a node's proxy)");
    }

    /** The way to the database without a proxy, for the audit. */
    DatabaseAddress database() {
        return backing.database();
    }

    Supervised process(String name) {
        return known(processes, name);
    }

    Proxy link(String name) {
        return known(links, name);
    }

    private static <T> T known(Map<String, T> all, String name) {
        T found = all.get(name);
        if (found == null) {
            throw new IllegalArgumentException("target: " + name + " (expected: one of " + all.keySet() + ")");
        }
        return found;
    }

    /** Undoes all faults that may last: every process runs, every link is open. */
    void heal() {
        links.values().forEach(Proxy::heal);
        processes.values().forEach(Supervised::resume);
        processes.values().forEach(Supervised::start);
    }

    /** How often processes have ended by themselves, by name; only those that have. */
    Map<String, Integer> unaskedEnds() {
        Map<String, Integer> ends = new TreeMap<>();
        processes.forEach((name, process) -> {
            if (process.unaskedEnds() > 0) {
                ends.put(name, process.unaskedEnds());
            }
        });
        return ends;
    }

    /** Kills everything: what is to be known of it is in the database. */
    @Override
    public void close() {
        started.close();
    }
}
