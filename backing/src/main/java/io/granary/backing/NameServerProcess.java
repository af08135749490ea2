// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * RocketMQ's name server. It keeps nothing that its brokers do not tell it again, so it is stopped by killing it; started
 * again alone, it knows a running broker after 10 s at most.
 */
public final class NameServerProcess extends JavaProcess {
    private static final int HEAP_MIB = 64;

    private final int port;

    /** Prepares a name server; nothing happens before {@link #start()}. */
    public NameServerProcess(Path directory, RocketMqOptions options) {
        super("nameserver", directory, Duration.ZERO, "org.apache.rocketmq.namesrv.NamesrvStartup");
        this.port = FreePorts.orFree(options.nameServerPort());
    }

    @Override
    JavaCommand jvm(Path temporary) {
        return RocketMqJvm.command(directory(), HEAP_MIB, temporary).option("-XX:TieredStopAtLevel=1");
    }

    @Override
    List<String> arguments() throws IOException {
        Path settings = directory().resolve("nameserver.properties");
        Files.write(settings, List.of("listenPort=" + port, "bindAddress=127.0.0.1"));
        return List.of("-c", settings.toString());
    }

    @Override
    protected boolean isReady() {
        return Probes.accepts(port);
    }

    @Override
    public int port() {
        return port;
    }

    /** {@code host:port} for RocketMQ's clients. */
    public String address() {
        return "127.0.0.1:" + port;
    }
}
