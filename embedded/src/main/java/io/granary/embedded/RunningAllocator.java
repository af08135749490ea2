// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;

/** An allocator */
public final class RunningAllocator implements AutoCloseable {
    static RunningAllocator start(Config config, String name) {
        return new RunningAllocator();
    }
    @Override
    public void close() {
    }
}
