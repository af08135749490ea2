// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between two processes on this machine and passes on what they say, until it is told to cut them off.
 *
 * <p>It leads to one port, or, as a SOCKS 5 proxy, to whatever port it is asked for: RocketMQ's clients learn from the
 * name server where the broker is, and can be told to go there through a proxy. Thread-safe.
 */
final class Proxy implements Closeable {
    private enum State {
        OPEN,
        CUT,
        BLACK_HOLE
    }

    /** The two sockets of a connection. */
    private record Pair(Socket near, Socket far) {
        void reset() {
            Proxy.close(near, true);
            Proxy.close(far, true);
        }

        void close() {
            Proxy.close(near, false);
            Proxy.close(far, false);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);
    private static final int CONNECT_MILLIS = 2_000;
    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private final @Nullable Integer targetPort;
    private final ServerSocket server;
    private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
    // Guarded by this.
    private State state = State.OPEN;

    private Proxy(String name, @Nullable Integer targetPort) throws IOException {
        this.name = name;
        this.targetPort = targetPort;
        server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        start("accept", this::accept);
    }

    /** A proxy that leads to a port of this machine. */
    static Proxy to(String name, int targetPort) throws IOException {
        return new Proxy(name, targetPort);
    }

    /** A SOCKS 5 proxy. */
    static Proxy socks(String name) throws IOException {
        return new Proxy(name, null);
    }

    /** Where it listens, on the loopback address. */
    int port() {
        return server.getLocalPort();
    }

    /** Breaks all connections, and new ones as they come, until {@link #heal}. */
    void cut() {
        become(State.CUT);
        breakAll();
    }

    /** Passes nothing on until {@link #heal}; then, what has waited. */
    void blackHole() {
        become(State.BLACK_HOLE);
    }

    void heal() {
        become(State.OPEN);
    }

    /** Breaks the connections that there are. */
    void breakAll() {
        pairs.forEach(Pair::reset);
    }

    private synchronized void become(State next) {
        state = next;
        notifyAll();
    }

    /** Waits while nothing comes through; returns whether something may. */
    private synchronized boolean pass() throws InterruptedException {
        while (state == State.BLACK_HOLE && !server.isClosed()) {
            wait();
        }
        return state == State.OPEN && !server.isClosed();
    }

    private void start(String what, Runnable task) {
        Thread thread = new Thread(task, "proxy-" + name + "-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                start("connect", () -> connect(near));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.error("{}: accepts no more connections", name, e);
                    return;
                }
            }
        }
    }

    private void connect(Socket near) {
        Socket far = new Socket();
        Pair pair = new Pair(near, far);
        pairs.add(pair);
        try {
            if (!pass()) {
                end(pair);
                return;
            }
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            int port = targetPort == null ? askedPort(near) : targetPort;
            far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            if (targetPort == null) {
                near.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
            }
            start("back", () -> pump(pair, far, near));
            pump(pair, near, far);
        } catch (IOException e) {
            LOG.debug("{}: no connection", name, e);
            end(pair);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(pair);
        }
    }

    /** SOCKS 5 (RFC 1928), without authentication: which port the other end wants. */
    private static int askedPort(Socket near) throws IOException {
        DataInputStream in = new DataInputStream(near.getInputStream());
        expect("version", in.readUnsignedByte(), 5);
        in.skipNBytes(in.readUnsignedByte());
        near.getOutputStream().write(new byte[] {5, 0});
        expect("version", in.readUnsignedByte(), 5);
        expect("command", in.readUnsignedByte(), 1);
        in.skipNBytes(1);
        int addressType = in.readUnsignedByte();
        switch (addressType) {
            case 1 -> in.skipNBytes(4);
            case 3 -> in.skipNBytes(in.readUnsignedByte());
            case 4 -> in.skipNBytes(16);
            default -> throw new IOException("address type: " + addressType + " (expected: 1, 3 or 4)");
        }
        return in.readUnsignedShort();
    }

    private static void expect(String what, int value, int expected) throws IOException {
        if (value != expected) {
            throw new IOException("SOCKS " + what + ": " + value + " (expected: " + expected + ")");
        }
    }

    private void pump(Pair pair, Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0 && pass(); count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            LOG.debug("{}: a connection breaks", name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end(pair);
    }

    private void end(Pair pair) {
        pairs.remove(pair);
        pair.close();
    }

    /**
     * @param reset as when a process dies: what is under way is lost
     */
    private static void close(Socket socket, boolean reset) {
        try {
            if (reset && !socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            LOG.debug("a socket does not close as it should", e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        become(State.CUT);
        breakAll();
    }

    @Override
    public String toString() {
        return name;
    }
}
