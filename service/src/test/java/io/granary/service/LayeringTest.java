// SPDX-License-Identifier: Apache-2.0
package io.granary.service;

import io.granary.backing.Layering;
import java.util.Map;
import java.util.Set;

/** What a process has around what it runs may use. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(Launcher.class, Set.of("common"), Map.of());
    }
}
