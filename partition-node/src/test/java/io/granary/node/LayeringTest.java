// SPDX-License-Identifier: Apache-2.0
package io.granary.node;

import io.granary.backing.Layering;
import java.util.Map;
import java.util.Set;

/** A node knows no database, and neither the allocator nor the client. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(NodeService.class, Set.of("common", "registry", "service"), Map.of());
    }
}
