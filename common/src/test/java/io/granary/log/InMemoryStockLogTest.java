// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InMemoryStockLogTest extends StockLogContract {
    @Override
    protected StockLog open() {
        return new InMemoryStockLog(2);
    }

    @Test
    void whatHasExpiredIsToldWithTheFirstOffsetLeft() {
        try (InMemoryStockLog log = new InMemoryStockLog(1)) {
            for (int i = 0; i < 10; i++) {
                log.append(0, new byte[] {(byte) i}).join();
            }
            log.expire(0, 4);

            assertThat(log.read(0, 3, AT_ONCE).join()).isEqualTo(new Read.Expired(4));
            assertThat(readTo(log, 0, 4, 10).get(0).body()).isEqualTo(new byte[] {4});
            assertThat(log.append(0, new byte[1]).join()).isEqualTo(new Append.Stored(10));
        }
    }
}
