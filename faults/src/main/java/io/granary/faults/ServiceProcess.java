// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import io.granary.backing.BackingProcess;
import io.granary.embedded.GranaryCommand;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An allocator or a partition node in a process of its own, as {@code scripts/granary} starts it. Starting it does not wait
 * until it serves: what it needs may be down.
 */
final class ServiceProcess extends BackingProcess {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private static final int SOCKET_BUFFER_BYTES = 1 << 18;

    private final String command;
    private final Path configuration;
    private final int socksPort;
    private final int port;

    /**
     * @param command {@code allocator} or {@code node}
     * @param configuration its file of settings, which exists when it is started
     * @param socksPort of the proxy through which it reaches RocketMQ
     * @param port where it listens; 0 if it does not
     */
    ServiceProcess(String name, Path directory, String command, Path configuration, int socksPort, int port) {
        super(name, directory, STOP_TIMEOUT);
        this.command = command;
        this.configuration = configuration.toAbsolutePath();
        this.socksPort = socksPort;
        this.port = port;
    }

    @Override
    protected List<String> prepare() {
        return ImmutableList.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                // RocketMQ's clients take their proxy from here.
                "-Dcom.rocketmq.socks.proxy.config={\"0.0.0.0/0\":{\"addr\":\"127.0.0.1:" + socksPort + "\"}}",
                // With a proxy it does not pass over sizes of 0, its default.
                "-Dcom.rocketmq.remoting.socket.sndbuf.size=" + SOCKET_BUFFER_BYTES,
                "-Dcom.rocketmq.remoting.socket.rcvbuf.size=" + SOCKET_BUFFER_BYTES,
                "-cp",
                classPath(),
                GranaryCommand.class.getName(),
                command,
                "--config",
                configuration.toString());
    }

    private static String classPath() {
        return Splitter.on(File.pathSeparatorChar)
                .splitToStream(System.getProperty("java.class.path"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Override
    protected boolean isReady() {
        return true;
    }

    @Override
    public int port() {
        return port;
    }
}
