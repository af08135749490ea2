// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.log.StockLog;
import io.granary.log.Topic;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqStockLog;
import io.granary.log.rocketmq.RocketMqTopic;

/** Opens the topics that the configuration names. */
final class StockLogs {
    private StockLogs() {}

    static StockLog open(Config config) {
        return new RocketMqStockLog(RocketMqLogSettings.stockLog(config));
    }

    static Topic stockUpdates(Config config) {
        return new RocketMqTopic(RocketMqLogSettings.stockUpdates(config));
    }
}
