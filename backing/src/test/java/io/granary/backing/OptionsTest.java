// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void wrongValuesAreRefusedWithWhatWasExpected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZooKeeperOptions.defaults().withPort(65_536))
                .withMessage("ZooKeeper port: 65536 (expected: 1 to 65535, or 0 for a free one)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ZooKeeperOptions(0, 500, 499, 60_000, 128))
                .withMessage("minSessionMillis: 499 (expected: 500 to 2147483647)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RocketMqOptions.defaults().withTopic("stock-log", 0))
                .withMessage("queues of stock-log: 0 (expected: 1 to 1024)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RocketMqOptions.defaults().withTopic("stock=log", 1))
                .withMessageStartingWith("topic: stock=log (expected: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MariaDbOptions.defaults().withBufferPoolMib(1))
                .withMessage("bufferPoolMib: 1 (expected: 16 to 1048576)");
    }

    @Test
    void aPasswordThatCouldLeaveItsQuotesIsRefusedAndNotShown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MariaDbOptions.defaults().withPassword("secret'"))
                .withMessageStartingWith("password: *** (expected: ");
    }

    @Test
    void passwordsAreNotShown() {
        assertThat(MariaDbOptions.defaults().withPassword("secret").toString()).doesNotContain("secret");
        assertThat(new DatabaseAddress("jdbc:mysql://db/x", "user", "secret").toString())
                .doesNotContain("secret");
    }

    @Test
    void laterBrokerSettingsReplaceEarlierOnes() {
        RocketMqOptions options = RocketMqOptions.defaults()
                .withBrokerSetting("flushDiskType", "ASYNC_FLUSH")
                .withBrokerSetting("flushDiskType", "SYNC_FLUSH");

        assertThat(options.brokerSettings()).containsOnlyKeys("flushDiskType").containsValue("SYNC_FLUSH");
    }
}
