// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** Where the services of a process count. */
final class Metrics {
    private Metrics() {}

    /** A registry that keeps the latest values. */
    static MeterRegistry registry() {
        return new SimpleMeterRegistry();
    }
}
