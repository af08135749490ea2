// SPDX-License-Identifier: Apache-2.0
package io.granary;

import io.granary.backing.Layering;
import io.granary.model.Sku;
import java.util.Map;
import java.util.Set;

/** What common may use: nothing of the others. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(
                Sku.class,
                Set.of("common"),
                Map.of(
                        "org.apache.rocketmq",
                        Set.of("io.granary.log.rocketmq"),
                        "io.grpc",
                        Set.of("io.granary.protocol.grpc", "io.granary.proto")));
    }
}
