// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProxyTest {
    private static final int SHORT_MILLIS = 300;

    private ServerSocket server;
    private Proxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        proxy = Proxy.to("test", server.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    }

    private static void assertPasses(Socket from, Socket to, int value) throws IOException {
        from.getOutputStream().write(value);
        assertThat(to.getInputStream().read()).isEqualTo(value);
    }

    private static void assertBroken(Socket socket) {
        assertThatThrownBy(() -> {
                    if (socket.getInputStream().read() < 0) {
                        throw new IOException("ended");
                    }
                })
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void passesOnBothWays() throws IOException {
        try (Socket near = connect();
                Socket far = server.accept()) {
            assertPasses(near, far, 17);
            assertPasses(far, near, 42);
        }
    }

    @Test
    void passesOnTheEnd() throws IOException {
        try (Socket near = connect();
                Socket far = server.accept()) {
            assertPasses(near, far, 17);
            far.shutdownOutput();
            assertThat(near.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void cutBreaksConnectionsAndRefusesNewOnesUntilItIsHealed() throws IOException {
        try (Socket near = connect();
                Socket far = server.accept()) {
            proxy.cut();
            assertBroken(near);
            assertBroken(far);
            try (Socket refused = connect()) {
                assertBroken(refused);
            }
        }
        proxy.heal();
        passesOnBothWays();
    }

    @Test
    void breakingLeavesTheLinkOpen() throws IOException {
        try (Socket near = connect();
                Socket far = server.accept()) {
            proxy.breakAll();
            assertBroken(near);
            assertBroken(far);
        }
        passesOnBothWays();
    }

    @Test
    void aBlackHolePassesOnLater() throws IOException {
        try (Socket near = connect();
                Socket far = server.accept()) {
            assertPasses(near, far, 1);
            proxy.blackHole();
            near.getOutputStream().write(17);
            far.setSoTimeout(SHORT_MILLIS);
            assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

            proxy.heal();
            far.setSoTimeout(0);
            assertThat(far.getInputStream().read()).isEqualTo(17);
        }
    }

    @Test
    void leadsToAnyPortAsASocksProxy() throws IOException {
        try (Proxy socks = Proxy.socks("socks");
                Socket near = new Socket(new java.net.Proxy(
                        java.net.Proxy.Type.SOCKS,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), socks.port())))) {
            near.connect(server.getLocalSocketAddress());
            try (Socket far = server.accept()) {
                assertPasses(near, far, 17);
                assertPasses(far, near, 42);
            }
        }
    }
}
