// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import io.granary.log.InMemoryStockLog;
import io.granary.testing.ForwardingLog;
import java.util.concurrent.atomic.AtomicInteger;

/** A stock log whose broker comes after it was asked some times. Thread-safe. */
final class LateLog extends ForwardingLog {
    private final int late;
    private final AtomicInteger asked = new AtomicInteger();

    LateLog(int late, int lanes) {
        super(new InMemoryStockLog(lanes));
        this.late = late;
    }

    int asked() {
        return asked.get();
    }

    @Override
    public int lanes() {
        if (asked.incrementAndGet() <= late) {
            throw new IllegalStateException("nobody is there");
        }
        return super.lanes();
    }
}
