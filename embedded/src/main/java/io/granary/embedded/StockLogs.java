// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.log.StockLog;

final class StockLogs {
    static StockLog open(Config config) {
        throw new UnsupportedOperationException();
    }
}
