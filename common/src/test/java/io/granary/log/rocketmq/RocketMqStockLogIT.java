// SPDX-License-Identifier: Apache-2.0
package io.granary.log.rocketmq;

import static io.granary.backing.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.backing.BrokerProcess;
import io.granary.backing.NameServerProcess;
import io.granary.backing.Patience;
import io.granary.backing.RocketMqOptions;
import io.granary.concurrent.ThreadPerTask;
import io.granary.log.Append;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.log.StockLogContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocketMqStockLogIT extends StockLogContract {
    private static final int MOST_TOPICS = 30;
    private static final AtomicInteger TOPICS = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static NameServerProcess nameServer;
    private static BrokerProcess broker;

    @BeforeAll
    static void startBroker() {
        // Topics made at the start cost nothing; one made later costs a client of its own.
        RocketMqOptions options = RocketMqOptions.defaults();
        for (int i = 1; i <= MOST_TOPICS; i++) {
            options = options.withTopic("log-" + i, 3);
        }
        nameServer = new NameServerProcess(directory.resolve("nameserver"), options);
        broker = new BrokerProcess(directory.resolve("broker"), options, nameServer);
        nameServer.start();
        broker.start();
    }

    @AfterAll
    static void killBroker() {
        broker.kill();
        nameServer.kill();
    }

    @Override
    protected StockLog open() {
        return new RocketMqStockLog(freshTopic());
    }

    private static RocketMqLogSettings freshTopic() {
        String topic = "log-" + TOPICS.incrementAndGet();
        assertThat(TOPICS.get()).isLessThanOrEqualTo(MOST_TOPICS);
        return RocketMqLogSettings.of(nameServer.address(), topic).withLagLimit(Duration.ofMillis(500));
    }

    @Test
    void theLanesAreTheQueues() {
        try (RocketMqStockLog log = new RocketMqStockLog(freshTopic())) {
            assertThat(log.lanes()).isEqualTo(3);
        }
    }

    @Test
    void nobodyIsThere() {
        RocketMqLogSettings nowhere =
                RocketMqLogSettings.of("127.0.0.1:1", "stock-log").withSendTimeout(Duration.ofMillis(500));
        try (RocketMqStockLog log = new RocketMqStockLog(nowhere)) {
            long before = System.nanoTime();
            assertThat(log.append(0, new byte[1]).join()).isInstanceOf(Append.Unconfirmed.class);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Patience.of(Duration.ofSeconds(3)));
            assertThat(log.read(0, 0, AT_ONCE).join()).isInstanceOf(Read.Failed.class);
        }
    }

    @Test
    void aTopicThatDoesNotExistYetIsFoundOnceItDoes() {
        String topic = "late";
        RocketMqLogSettings settings = RocketMqLogSettings.of(nameServer.address(), topic);
        try (RocketMqStockLog log = new RocketMqStockLog(settings)) {
            assertThat(log.append(0, new byte[1]).join()).isInstanceOf(Append.Unconfirmed.class);
            assertThat(log.read(0, 0, AT_ONCE).join()).isInstanceOf(Read.Failed.class);

            broker.createTopic(topic, 1);

            assertThat(log.append(0, new byte[1]).join()).isEqualTo(new Append.Stored(0));
            assertThat(log.lanes()).isEqualTo(1);
        }
    }

    @Test
    void aLaneThatIsAddedIsFoundByWhoKnewTheOthers() {
        String topic = "grows";
        broker.createTopic(topic, 1);
        try (RocketMqStockLog log = new RocketMqStockLog(RocketMqLogSettings.of(nameServer.address(), topic))) {
            assertThat(log.append(1, new byte[1]).join()).isInstanceOf(Append.NoSuchLane.class);
            assertThat(log.read(1, 0, AT_ONCE).join()).isInstanceOf(Read.NoSuchLane.class);

            broker.createTopic(topic, 2);

            await().until(() -> log.append(1, new byte[1]).join(), new Append.Stored(0)::equals);
            assertThat(log.lanes()).isEqualTo(2);
        }
    }

    @Test
    void messagesOfOneKeyKeepTheirOrder() {
        RocketMqLogSettings settings = freshTopic();
        try (RocketMqTopic topic = new RocketMqTopic(settings)) {
            for (int i = 0; i < 60; i++) {
                assertThat(topic.publish("key " + i % 6, ("key " + i % 6 + ":" + i).getBytes(UTF_8))
                                .join())
                        .isInstanceOf(Append.Stored.class);
            }
            int found = 0;
            for (int queue = 0; queue < topic.queues(); queue++) {
                Map<String, Integer> last = new ConcurrentSkipListMap<>();
                Read read = topic.read(queue, 0, Duration.ofSeconds(1)).join();
                for (LaneRecord record : read instanceof Read.Records some ? some.records() : List.<LaneRecord>of()) {
                    String text = new String(record.body(), UTF_8);
                    int colon = text.indexOf(':');
                    int number = Integer.parseInt(text.substring(colon + 1));
                    Integer before = last.put(text.substring(0, colon), number);
                    assertThat(before == null ? number % 6 : before + 6).isEqualTo(number);
                    found++;
                }
            }
            assertThat(found).isEqualTo(60);
        }
    }

    /** Kill -9 under appends, twice: what was acknowledged stands where it was said to, and nothing else came between. */
    @Test
    void whatWasAcknowledgedSurvivesTheBroker() throws Exception {
        RocketMqLogSettings settings = freshTopic().withSendTimeout(Duration.ofSeconds(1));
        try (RocketMqStockLog log = new RocketMqStockLog(settings)) {
            Map<Long, String> acknowledged = new ConcurrentSkipListMap<>();
            List<String> twice = new ArrayList<>();
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger unconfirmed = new AtomicInteger();
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (int w = 0; w < 2; w++) {
                int writer = w;
                writers.add(CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; !stop.get(); i++) {
                                String text = writer + ":" + i;
                                // Sent again until it is stored, as a node does.
                                for (boolean stored = false; !stored; ) {
                                    Append append =
                                            log.append(0, text.getBytes(UTF_8)).join();
                                    if (append instanceof Append.Stored at) {
                                        stored = true;
                                        if (acknowledged.put(at.offset(), text) != null) {
                                            twice.add(text);
                                        }
                                    } else {
                                        unconfirmed.incrementAndGet();
                                    }
                                }
                            }
                        },
                        new ThreadPerTask()));
            }
            for (int kill = 0; kill < 2; kill++) {
                int before = acknowledged.size();
                await().atMost(LONG.multipliedBy(3)).until(() -> acknowledged.size() > before + 300);
                broker.kill();
                broker.start();
            }
            int before = acknowledged.size();
            await().atMost(LONG.multipliedBy(3)).until(() -> acknowledged.size() > before + 300);
            stop.set(true);
            CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new))
                    .get(Patience.seconds(30), TimeUnit.SECONDS);

            assertThat(twice).isEmpty();
            assertThat(unconfirmed).hasPositiveValue();
            long end = append(log, "last") + 1;
            List<LaneRecord> records = readTo(log, 0, 0, end);
            acknowledged.forEach((offset, text) ->
                    assertThat(records.get(offset.intValue()).body()).isEqualTo(text.getBytes(UTF_8)));
            // Each writer's records, without repetitions, are 0, 1, 2…: nothing is lost, nothing comes before its turn.
            for (String writer : List.of("0:", "1:")) {
                List<Integer> numbers = records.stream()
                        .map(record -> new String(record.body(), UTF_8))
                        .filter(text -> text.startsWith(writer))
                        .map(text -> Integer.parseInt(text.substring(2)))
                        .toList();
                int next = 0;
                for (int number : numbers) {
                    assertThat(number).isLessThanOrEqualTo(next);
                    next = Math.max(next, number + 1);
                }
            }
        }
    }

    private static long append(StockLog log, String text) {
        return ((Append.Stored) log.append(0, text.getBytes(UTF_8)).join()).offset();
    }
}
