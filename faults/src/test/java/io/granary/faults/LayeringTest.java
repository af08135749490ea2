// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.backing.Layering;
import java.util.Map;
import java.util.Set;

/** Real processes are seen from outside: by their API, the client, and SQL. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(
                FaultsCommand.class,
                Set.of("common", "registry", "service", "client", "admin", "backing", "embedded"),
                Map.of("java.sql", Set.of("io.granary.faults")));
    }
}
