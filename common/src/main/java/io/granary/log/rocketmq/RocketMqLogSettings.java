// SPDX-License-Identifier: Apache-2.0
package io.granary.log.rocketmq;

import com.typesafe.config.Config;
import io.granary.config.Check;
import java.time.Duration;

/**
 * Where a topic is and how it is used.
 *
 * @param nameServer {@code host:port}, several with {@code ;} between
 * @param topic exists already, with all its queues on one broker (replicated or not)
 * @param broker the name of that broker; empty for the only one that has the topic
 * @param sendTimeout 10 ms to 1 min: an append without an answer is unconfirmed after this
 * @param readRecords 1 to 4096: the most records that one read gets. How many bytes it gets is the broker's to bound, by
 *     {@code maxTransfer(Bytes|Count)OnMessageIn(Memory|Disk)}: by default 256 KiB and 32 records, 64 KiB and 8 from
 *     disk; 2 MiB and 4096 suit Granary. (A reader can ask for fewer bytes, but RocketMQ 5.5's broker does not listen.)
 * @param hold 1 s to 1 min: how long the broker may hold a read that waits
 * @param lagLimit up to 10 min: the end that a broker tells lags behind what it has acknowledged; a reader that asks
 *     beyond it is told so only after this
 */
public record RocketMqLogSettings(
        String nameServer,
        String topic,
        String broker,
        Duration sendTimeout,
        int readRecords,
        Duration hold,
        Duration lagLimit) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public RocketMqLogSettings {
        Check.notBlank("name-server", nameServer);
        Check.notBlank("topic", topic);
        Check.range("send-timeout", sendTimeout, Duration.ofMillis(10), Duration.ofMinutes(1));
        Check.range("read-records", readRecords, 1, 4_096);
        Check.range("hold", hold, Duration.ofSeconds(1), Duration.ofMinutes(1));
        Check.range("lag-limit", lagLimit, Duration.ZERO, Duration.ofMinutes(10));
    }

    /** The only broker of the topic; time-out 3 s, reads of 512 records, hold 5 s, lag limit 5 s. */
    public static RocketMqLogSettings of(String nameServer, String topic) {
        return new RocketMqLogSettings(
                nameServer, topic, "", Duration.ofSeconds(3), 512, Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    /** Reads {@code granary.log} of the configuration, for the stock log. */
    public static RocketMqLogSettings stockLog(Config config) {
        return of(config, "stock-log-topic");
    }

    /** The same for the topic of stock updates. */
    public static RocketMqLogSettings stockUpdates(Config config) {
        return of(config, "stock-update-topic");
    }

    /** The same for the topic of stock updates that could not be applied. */
    public static RocketMqLogSettings deadLetters(Config config) {
        return of(config, "dead-letter-topic");
    }

    private static RocketMqLogSettings of(Config config, String topic) {
        Config log = config.getConfig("granary.log");
        return new RocketMqLogSettings(
                log.getString("name-server"),
                log.getString(topic),
                log.getString("broker"),
                log.getDuration("send-timeout"),
                log.getInt("read-records"),
                log.getDuration("hold"),
                log.getDuration("lag-limit"));
    }

    public RocketMqLogSettings withSendTimeout(Duration timeout) {
        return new RocketMqLogSettings(nameServer, topic, broker, timeout, readRecords, hold, lagLimit);
    }

    public RocketMqLogSettings withLagLimit(Duration limit) {
        return new RocketMqLogSettings(nameServer, topic, broker, sendTimeout, readRecords, hold, limit);
    }
}
