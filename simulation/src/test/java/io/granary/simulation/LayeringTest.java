// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.backing.Layering;
import java.util.Map;
import java.util.Set;

/** The simulation runs the services, without their transports and stores. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(
                SimulateCommand.class,
                Set.of("common", "registry", "service", "node", "allocator", "client", "testing"),
                Map.of());
    }
}
