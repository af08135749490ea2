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
        return new RocketMqStockLog(settings(config, "stock-log"));
    }

    static Topic stockUpdates(Config config) {
        return new RocketMqTopic(settings(config, "stock-update"));
    }

    private static RocketMqLogSettings settings(Config config, String topic) {
        return RocketMqLogSettings.of(config.getString("granary.log.name-server"), topic);
    }
}
