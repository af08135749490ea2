// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

/**
 * How to run ZooKeeper.
 *
 * @param port client port, 0 for a free one
 * @param tickMillis ZooKeeper's tick, 10 to 10,000: sessions expire on its multiples
 * @param minSessionMillis shortest session timeout granted, at least one tick
 * @param maxSessionMillis longest session timeout granted
 * @param heapMib heap of its JVM, MiB
 */
public record ZooKeeperOptions(int port, int tickMillis, int minSessionMillis, int maxSessionMillis, int heapMib) {
    public ZooKeeperOptions {
        Require.port("ZooKeeper port", port);
        Require.between("tickMillis", tickMillis, 10, 10_000);
        Require.between("minSessionMillis", minSessionMillis, tickMillis, Integer.MAX_VALUE);
        Require.between("maxSessionMillis", maxSessionMillis, minSessionMillis, Integer.MAX_VALUE);
        Require.between("heapMib", heapMib, 32, 65_536);
    }

    /** A free port, 500 ms ticks, sessions of 1 to 60 s, 128 MiB. */
    public static ZooKeeperOptions defaults() {
        return new ZooKeeperOptions(0, 500, 1_000, 60_000, 128);
    }

    public ZooKeeperOptions withPort(int newPort) {
        return new ZooKeeperOptions(newPort, tickMillis, minSessionMillis, maxSessionMillis, heapMib);
    }
}
