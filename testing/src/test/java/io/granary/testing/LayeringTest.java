// SPDX-License-Identifier: Apache-2.0
package io.granary.testing;

import io.granary.backing.Layering;
import java.util.Map;
import java.util.Set;

/** What test support may use. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(ManualLoop.class, Set.of("common"), Map.of());
    }
}
