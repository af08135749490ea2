// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import com.typesafe.config.Config;
import io.granary.config.Check;
import java.time.Duration;

/**
 * Bounds of links over gRPC; both ends of a link may have their own.
 *
 * @param keepAlive 100 ms to 1 h: how often an end asks for a sign of life; two of these without one break the link
 * @param connectTimeout 10 ms to 1 min: how long a connection may take to come about
 * @param maxMessageBytes 64 KiB to 64 MiB: larger messages break the link of the end that receives them
 * @param maxWaitingBytes {@code maxMessageBytes} to 1 GiB: a link whose other end does not read is broken when more than
 *     this waits to be sent
 * @param closeGrace up to 1 min: how long a server that stops waits for its links to end in order
 */
public record GrpcSettings(
        Duration keepAlive, Duration connectTimeout, int maxMessageBytes, int maxWaitingBytes, Duration closeGrace) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public GrpcSettings {
        Check.range("keep-alive", keepAlive, Duration.ofMillis(100), Duration.ofHours(1));
        Check.range("connect-timeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(1));
        Check.range("message-max-bytes", maxMessageBytes, 1 << 16, 1 << 26);
        Check.range("waiting-max-bytes", maxWaitingBytes, maxMessageBytes, 1 << 30);
        Check.range("close-grace", closeGrace, Duration.ZERO, Duration.ofMinutes(1));
    }

    /** Keep-alive 2 s, connect time-out 2 s, messages up to 4 MiB, up to 8 MiB waiting, grace 1 s. */
    public static GrpcSettings defaults() {
        return new GrpcSettings(Duration.ofSeconds(2), Duration.ofSeconds(2), 4 << 20, 8 << 20, Duration.ofSeconds(1));
    }

    /** Reads {@code granary.links} of the configuration. */
    public static GrpcSettings of(Config config) {
        Config links = config.getConfig("granary.links");
        return new GrpcSettings(
                links.getDuration("keep-alive"),
                links.getDuration("connect-timeout"),
                Math.toIntExact(links.getBytes("message-max-bytes")),
                Math.toIntExact(links.getBytes("waiting-max-bytes")),
                links.getDuration("close-grace"));
    }

    public GrpcSettings withKeepAlive(Duration interval) {
        return new GrpcSettings(interval, connectTimeout, maxMessageBytes, maxWaitingBytes, closeGrace);
    }

    public GrpcSettings withMaxWaitingBytes(int bytes) {
        return new GrpcSettings(keepAlive, connectTimeout, maxMessageBytes, bytes, closeGrace);
    }
}
