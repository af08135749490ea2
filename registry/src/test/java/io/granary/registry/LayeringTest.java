// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

import io.granary.backing.Layering;
import java.util.Map;
import java.util.Set;

/** The only user of Curator. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(
                Cluster.class,
                Set.of("common"),
                Map.of(
                        "org.apache.curator",
                        Set.of("io.granary.registry.curator"),
                        "org.apache.zookeeper",
                        Set.of("io.granary.registry.curator")));
    }
}
