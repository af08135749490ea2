// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.util.Map;
import java.util.Set;

/** Backing knows nothing of the other modules. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(BackingServices.class, Set.of(), Map.of("org.apache.rocketmq", Set.of("io.granary.backing")));
    }
}
