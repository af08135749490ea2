// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.tngtech.archunit.library.dependencies.SliceRule;
import io.granary.backing.Layering;
import io.granary.embedded.demo.DemoCommand;
import java.util.Map;
import java.util.Set;

/** All in one may use all of it. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(
                EmbeddedGranary.class,
                Set.of("common", "registry", "service", "node", "allocator", "client", "admin", "backing"),
                Map.of("java.sql", Set.of("io.granary.embedded.demo")));
    }

    /** The command line names every command, the demo's too. */
    @Override
    protected SliceRule circles() {
        return super.circles().ignoreDependency(GranaryCommand.class, DemoCommand.class);
    }
}
