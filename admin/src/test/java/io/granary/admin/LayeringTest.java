// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.backing.Layering;
import java.util.Map;
import java.util.Set;

/** The command line talks to the API, and to nothing else. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(AdminCommand.class, Set.of("common", "service"), Map.of());
    }
}
