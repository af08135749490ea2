// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.backing.Layering;
import java.util.Map;
import java.util.Set;

/** What shops take in. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(GranaryClient.class, Set.of("common", "registry"), Map.of());
    }
}
