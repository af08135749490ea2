// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.granary.config.Check;
import java.time.Duration;

/**
 * The settings of a client; {@code reference.conf} has the defaults, under {@code granary.client}.
 *
 * @param maxCalls 16 to 1,000,000: calls under way; one more is refused at once with {@link Outcome#THROTTLED}
 * @param windowEntries 1 to 1,000,000: attempts of which a node may owe the answer; as many more calls may wait
 *     for it here, before the rest goes to other slots or backs off
 * @param backoffMin 1 ms to 1 min: the first pause before a call asks again what it has asked before
 * @param backoffMax {@code backoffMin} to 1 min: pauses double up to this one
 * @param reconnectMax {@code backoffMin} to 1 min: likewise for trying to reach a node again
 * @param welcomeTimeout 10 ms to 1 min: how long a node may take to welcome a stream
 * @param closeTimeout 0 to 1 min: how long a client that closes waits for the answers to attempts in flight
 */
public record ClientSettings(
        int maxCalls,
        int windowEntries,
        Duration backoffMin,
        Duration backoffMax,
        Duration reconnectMax,
        Duration welcomeTimeout,
        Duration closeTimeout) {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public ClientSettings {
        Check.range("maxCalls", maxCalls, 16, 1_000_000);
        Check.range("windowEntries", windowEntries, 1, 1_000_000);
        Check.range("backoffMin", backoffMin, Duration.ofMillis(1), MINUTE);
        Check.range("backoffMax", backoffMax, backoffMin, MINUTE);
        Check.range("reconnectMax", reconnectMax, backoffMin, MINUTE);
        Check.range("welcomeTimeout", welcomeTimeout, Duration.ofMillis(10), MINUTE);
        Check.range("closeTimeout", closeTimeout, Duration.ZERO, MINUTE);
    }

    /** The defaults. */
    public static ClientSettings defaults() {
        return of(ConfigFactory.load());
    }

    /**
     * Reads {@code granary.client}.
     *
     * @throws IllegalArgumentException if a value is out of its range
     * @throws com.typesafe.config.ConfigException if one is missing or of another type
     */
    public static ClientSettings of(Config root) {
        Config config = root.getConfig("granary.client");
        return new ClientSettings(
                config.getInt("max-calls"),
                config.getInt("window-entries"),
                config.getDuration("backoff-min"),
                config.getDuration("backoff-max"),
                config.getDuration("reconnect-max"),
                config.getDuration("welcome-timeout"),
                config.getDuration("close-timeout"));
    }
}
