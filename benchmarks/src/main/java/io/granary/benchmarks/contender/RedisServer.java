// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A Redis in a process of its own, which ends when this one does, however that ends. */
final class RedisServer implements AutoCloseable {
    /** When the append-only file is on disk. */
    enum Fsync {
        OFF,
        EVERYSEC,
        ALWAYS
    }

    /** Debian's redis-tools has the server under this name: the program looks at what it is called. */
    private static final String OTHER_NAME = "redis-check-rdb";

    private static final String NAME = "redis-server";
    private static final long READY_SECONDS = 20;
    /** Runs the server, says which process it is, and kills it when the input ends. */
    private static final String GUARD = "trap '' INT; \"$@\" & echo $!; read -r line; kill -KILL $!";

    private final Process guard;
    private final int port;
    private final long pid;

    private RedisServer(Process guard, int port, long pid) {
        this.guard = guard;
        this.port = port;
        this.pid = pid;
    }

    /** The program, if this machine has it. */
    static Optional<Path> program() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        List<String> folders = Arrays.asList(path.split(Pattern.quote(File.pathSeparator), -1));
        for (String name : List.of(NAME, OTHER_NAME)) {
            for (String folder : folders) {
                Path program = Path.of(folder, name);
                if (Files.isExecutable(program)) {
                    return Optional.of(program);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * @param folder for its data
     * @throws IOException if it does not serve within some seconds
     */
    static RedisServer start(Path program, Fsync fsync, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path named = folder.resolve(NAME);
        Files.createSymbolicLink(named, program);
        int port = freePort();
        List<String> command = new ArrayList<>(List.of("sh", "-c", GUARD, "sh", named.toString()));
        command.addAll(List.of("--port", Integer.toString(port)));
        command.addAll(List.of("--bind", "127.0.0.1"));
        command.addAll(List.of("--dir", folder.toString()));
        command.addAll(List.of("--logfile", folder.resolve("redis.log").toString()));
        command.addAll(List.of("--save", ""));
        command.addAll(List.of("--appendonly", fsync == Fsync.OFF ? "no" : "yes"));
        command.addAll(List.of("--appendfsync", fsync == Fsync.ALWAYS ? "always" : "everysec"));
        // No rewriting while it is measured.
        command.addAll(List.of("--auto-aof-rewrite-percentage", "0"));
        Process guard =
                new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        try {
            BufferedReader said = guard.inputReader(StandardCharsets.US_ASCII);
            long pid = Long.parseLong(String.valueOf(said.readLine()).trim());
            awaitPort(port, folder);
            return new RedisServer(guard, port, pid);
        } catch (IOException | InterruptedException | RuntimeException e) {
            guard.getOutputStream().close();
            throw e;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitPort(int port, Path folder) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException(
                            "Redis: does not serve (expected: within " + READY_SECONDS + " s; its log is "
                                    + folder.resolve("redis.log") + ")",
                            e);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    int port() {
        return port;
    }

    long pid() {
        return pid;
    }

    @Override
    public void close() {
        try {
            guard.getOutputStream().close();
            guard.waitFor();
        } catch (IOException e) {
            guard.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
