// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import com.typesafe.config.Config;
import io.granary.config.Check;
import java.time.Duration;

/**
 * How to reach ZooKeeper. Immutable.
 *
 * @param connect its servers, {@code host:port[,host:port…]}
 * @param root the path under which everything stands
 * @param sessionTimeout after this long without a sign of life ZooKeeper takes away what a process has registered, 1 s
 *     to 5 min; ZooKeeper has a range of its own, by default from 4 s, and moves the value into it. It decides how soon a dead
 *     node is noticed, never whether a unit is sold twice.
 * @param connectionTimeout how long an attempt to connect may take before another server is tried; 100 ms to the session
 *     time-out
 */
public record RegistrySettings(String connect, String root, Duration sessionTimeout, Duration connectionTimeout) {
    public static final Duration DEFAULT_SESSION_TIMEOUT = Duration.ofSeconds(2);
    public static final Duration DEFAULT_CONNECTION_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration MIN_SESSION_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration MAX_SESSION_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration MIN_CONNECTION_TIMEOUT = Duration.ofMillis(100);

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public RegistrySettings {
        Check.notBlank("connect", connect);
        Check.range("session-timeout", sessionTimeout, MIN_SESSION_TIMEOUT, MAX_SESSION_TIMEOUT);
        Check.range("connection-timeout", connectionTimeout, MIN_CONNECTION_TIMEOUT, sessionTimeout);
        new RegistryPaths(root);
    }

    /** Default values, for the servers given. */
    public static RegistrySettings of(String connect) {
        return new RegistrySettings(
                connect, RegistryPaths.DEFAULT_ROOT, DEFAULT_SESSION_TIMEOUT, DEFAULT_CONNECTION_TIMEOUT);
    }

    /** Reads {@code granary.registry} of the configuration; {@code reference.conf} says what stands there. */
    public static RegistrySettings of(Config config) {
        Config registry = config.getConfig("granary.registry");
        return new RegistrySettings(
                registry.getString("connect"),
                registry.getString("root"),
                registry.getDuration("session-timeout"),
                registry.getDuration("connection-timeout"));
    }

    RegistryPaths paths() {
        return new RegistryPaths(root);
    }
}
