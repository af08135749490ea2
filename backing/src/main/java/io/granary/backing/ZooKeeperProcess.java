// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A standalone ZooKeeper server. It syncs every change to disk, so killing it loses nothing. */
public final class ZooKeeperProcess extends JavaProcess {
    private static final int MAX_BUFFER_BYTES = 64 << 20;

    private final ZooKeeperOptions options;
    private final int port;

    /** Prepares a server whose data are in this folder; nothing happens before {@link #start()}. */
    public ZooKeeperProcess(Path directory, ZooKeeperOptions options) {
        super("zookeeper", directory, Duration.ofSeconds(3), "org.apache.zookeeper.server.quorum.QuorumPeerMain");
        this.options = options;
        this.port = FreePorts.orFree(options.port());
    }

    @Override
    JavaCommand jvm(Path temporary) {
        return new JavaCommand(options.heapMib(), temporary)
                .option("-XX:TieredStopAtLevel=1")
                // Preallocation of 64 MiB costs more than it brings here.
                .property("zookeeper.preAllocSize", "4096")
                // The end of a session that has tens of thousands of ephemeral nodes is one entry of the log with all
                // their paths: with the default of 1 MiB a server writes it and can't start any more, as it can't read
                // it.
                .property("jute.maxbuffer", Integer.toString(MAX_BUFFER_BYTES));
    }

    @Override
    List<String> arguments() throws IOException {
        Path configuration = directory().resolve("zoo.cfg");
        Files.write(
                configuration,
                List.of(
                        "dataDir=" + Folders.slashes(directory().resolve("data")),
                        "clientPort=" + port,
                        "clientPortAddress=127.0.0.1",
                        "tickTime=" + options.tickMillis(),
                        "minSessionTimeout=" + options.minSessionMillis(),
                        "maxSessionTimeout=" + options.maxSessionMillis(),
                        "maxClientCnxns=0",
                        "admin.enableServer=false",
                        "4lw.commands.whitelist=srvr,mntr",
                        "autopurge.snapRetainCount=3",
                        "autopurge.purgeInterval=1"));
        return List.of(configuration.toString());
    }

    /** Not by "ruok": to that a server whose database did not load says that it is fine. */
    @Override
    protected boolean isReady() {
        return Probes.answers(port, "srvr", "Zookeeper version");
    }

    @Override
    public int port() {
        return port;
    }

    /** {@code host:port} for ZooKeeper's clients. */
    public String connectString() {
        return "127.0.0.1:" + port;
    }
}
