// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks;

import io.granary.backing.Layering;
import java.util.Map;
import java.util.Set;

/** What the benchmarks may use: all that they measure. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(
                Bench.class,
                Set.of("common", "registry", "service", "node", "allocator", "client", "backing", "embedded"),
                Map.of(
                        "org.apache.rocketmq",
                        Set.of("io.granary.benchmarks.measure"),
                        "org.apache.zookeeper",
                        Set.of("io.granary.benchmarks.measure"),
                        "com.mysql",
                        Set.of("io.granary.benchmarks.measure"),
                        "java.sql",
                        Set.of(
                                "io.granary.benchmarks",
                                "io.granary.benchmarks.contender",
                                "io.granary.benchmarks.load.mariadb",
                                "io.granary.benchmarks.measure",
                                "io.granary.benchmarks.race"),
                        "io.lettuce",
                        Set.of("io.granary.benchmarks.contender", "io.granary.benchmarks.load.redis"),
                        "org.openjdk.jmh",
                        Set.of("io.granary.benchmarks.parts", "io.granary.benchmarks.parts.jmh_generated")));
    }
}
