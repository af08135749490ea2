// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A line to a port that can be cut without either end being told: bytes are still taken, and lost. */
final class CutLine implements AutoCloseable {
    private final ServerSocket entry = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean cut;

    CutLine(int port) throws IOException {
        start(() -> {
            while (!entry.isClosed()) {
                Socket near = entry.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
                sockets.add(near);
                sockets.add(far);
                start(() -> carry(near, far));
                start(() -> carry(far, near));
            }
        });
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException closed) {
                // An end was closed: so is the line.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void carry(Socket from, Socket to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            if (!cut) {
                out.write(buffer, 0, read);
            }
        }
    }

    int port() {
        return entry.getLocalPort();
    }

    void cut() {
        cut = true;
    }

    @Override
    public void close() throws IOException {
        entry.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
