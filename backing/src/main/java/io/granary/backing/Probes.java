// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a port whether its service is there. Each question takes a second at most. */
final class Probes {
    private static final int TIMEOUT_MILLIS = 1_000;

    private Probes() {}

    /** Whether somebody accepts connections. */
    static boolean accepts(int port) {
        try (Socket socket = connect(port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Whether the service sends something by itself, as MySQL's protocol does. */
    static boolean greets(int port) {
        try (Socket socket = connect(port)) {
            return socket.getInputStream().read() >= 0;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Whether the service gives this answer to this question, as ZooKeeper does. */
    static boolean answers(int port, String question, String answer) {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
            byte[] expected = answer.getBytes(StandardCharsets.US_ASCII);
            byte[] got = socket.getInputStream().readNBytes(expected.length);
            return answer.equals(new String(got, StandardCharsets.US_ASCII));
        } catch (IOException notYet) {
            return false;
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
