// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports that nobody listens on.
 *
 * <p>They are taken from below the range from which systems give ports to outgoing connections (32768 on Linux, 49152
 * elsewhere), so that no such connection sits on a port while its service is being restarted. At random, so that JVMs that
 * start at once rarely meet.
 */
public final class FreePorts {
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;
    private static final int ATTEMPTS = 200;

    private FreePorts() {}

    /**
     * A port that is free now.
     *
     * @throws BackingServiceException if none is found
     */
    public static int free() {
        return free(0);
    }

    /** The port itself, or a free one for 0. */
    static int orFree(int port) {
        return port == 0 ? free() : port;
    }

    /** A port that is free together with the one {@code below} it, as RocketMQ's broker needs them. */
    static int free(int below) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port) && isFree(port - below)) {
                return port;
            }
        }
        throw new BackingServiceException(
                "no free port in %d attempts (expected: one from %d to %d)".formatted(ATTEMPTS, LOWEST, HIGHEST));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}
