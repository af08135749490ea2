// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.backing.Patience;
import io.granary.client.DeductionResult;
import io.granary.client.Outcome;
import io.granary.embedded.Restocked;
import io.granary.log.Read;
import io.granary.log.Topic;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqTopic;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.node.NodeService;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;
import io.granary.protocol.grpc.GrpcConnector;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.PartitionEntry;
import io.granary.registry.SkuView;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What single messages do that a well-behaved shop or caller would not send. */
class OddMessagesIT {
    private static final Duration LONG = Patience.of(Duration.ofMinutes(1));

    @TempDir
    private static Path data;

    private static Rig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new Rig(data, 2, 1);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void aRequestSentToTwoPartitionsCountsOnce() throws Exception {
        Sku sku = new Sku("TWICE");
        assertThat(rig.feed()
                        .send(
                                sku.code(),
                                "{\"updateId\":\"t1\",\"kind\":\"RESTOCK\",\"sku\":\"TWICE\",\"units\":1000,\"slots\":2}")
                        .join())
                .isTrue();
        List<PartitionEntry> partitions = await().atMost(LONG)
                .until(
                        () -> rig.routes()
                                .refresh(sku)
                                .join()
                                .map(SkuView::partitions)
                                .orElse(List.of()),
                        served -> served.size() == 2);
        RequestId id = RequestId.of("sent blindly to both");

        for (PartitionEntry partition : partitions) {
            assertThat(ask(new PartitionId(sku, partition.slot()), partition, id, 7))
                    .isEqualTo(Answer.DEDUCTED);
        }

        await().atMost(LONG).untilAsserted(() -> {
            assertThat(number("select count(*) from deduction d join sku s on s.id = d.sku_id where s.code = 'TWICE'"))
                    .isEqualTo(1);
            assertThat(number("select sum(consumed) from `partition` p join sku s on s.id = p.sku_id"
                            + " where s.code = 'TWICE'"))
                    .as("both have settled")
                    .isEqualTo(14);
            assertThat(number("select sold from sku where code = 'TWICE'")).isEqualTo(7);
            assertThat(number("select actual from sku where code = 'TWICE'")).isEqualTo(993);
        });
    }

    /** Sends one deduction to one partition, as no client library would after an answer. */
    private static Answer ask(PartitionId partition, PartitionEntry entry, RequestId id, int quantity)
            throws Exception {
        BlockingQueue<NodeFrame> answers = new LinkedBlockingQueue<>();
        String address = rig.granary().nodes().stream()
                .map(node -> node.service())
                .filter(node -> node.incarnation().equals(entry.node()))
                .map(NodeService::address)
                .findAny()
                .orElseThrow();
        try (GrpcConnector<byte[], byte[]> connector = GrpcConnector.deductions(GrpcSettings.defaults())) {
            Link<byte[]> link = connector.connect(address, new LinkListener<>() {
                @Override
                public void onMessage(byte[] message) {
                    answers.add(NodeFrame.decode(message));
                }

                @Override
                public void onBroken(String reason) {}
            });
            RequestId session = RequestId.random();
            link.send(new ClientFrame.Open(session.high(), session.low(), 1).encode());
            assertThat(answers.poll(Patience.seconds(10), TimeUnit.SECONDS)).isEqualTo(new NodeFrame.Welcome(1));
            link.send(new ClientFrame.Builder()
                    .begin(1)
                    .group(partition, entry.epoch())
                    .entry(id.high(), id.low(), quantity)
                    .build());
            NodeFrame answer = answers.poll(Patience.seconds(10), TimeUnit.SECONDS);
            link.close();
            return answer instanceof NodeFrame.Answers one ? one.answer(0) : Answer.DEDUCTED;
        }
    }

    @Test
    void malformedStockUpdatesGoToTheDeadLettersAndHoldUpNobody() throws Exception {
        Sku sku = new Sku("AFTER");
        for (String bad : new String[] {
            "no JSON",
            "{}",
            "{\"updateId\":\"m1\",\"kind\":\"RESTOCK\",\"sku\":\"AFTER\",\"units\":-5}",
            "{\"updateId\":\"m2\",\"kind\":\"STEAL\",\"sku\":\"AFTER\",\"units\":5}",
            "{\"updateId\":\"m3\",\"kind\":\"ADJUST\",\"sku\":\"AFTER\",\"units\":-5}",
        }) {
            assertThat(rig.feed().send(sku.code(), bad).join()).as(bad).isTrue();
        }
        Restocked.with(rig.feed(), "m4", sku, 3);
        // The same again: applied once.
        Restocked.with(rig.feed(), "m4", sku, 3);

        await().atMost(LONG)
                .until(() -> rig.routes().refresh(sku).join().map(SkuView::partitions), Optional::isPresent);
        DeductionResult sold =
                rig.client().deductAndWait(sku, RequestId.of("a"), 3, Patience.of(Duration.ofSeconds(20)));
        assertThat(sold.outcome()).isEqualTo(Outcome.DEDUCTED);
        DeductionResult refused =
                rig.client().deductAndWait(sku, RequestId.of("b"), 1, Patience.of(Duration.ofSeconds(20)));
        assertThat(refused.outcome()).isIn(Outcome.SOLD_OUT, Outcome.INSUFFICIENT);
        assertThat(number("select received from sku where code = 'AFTER'")).isEqualTo(3);
        try (Topic dead =
                new RocketMqTopic(RocketMqLogSettings.deadLetters(rig.granary().config()))) {
            await().atMost(LONG).untilAsserted(() -> {
                assertThat(dead.read(0, 0, Duration.ofSeconds(1)).join())
                        .isInstanceOfSatisfying(
                                Read.Records.class,
                                read -> assertThat(read.records())
                                        .hasSizeGreaterThanOrEqualTo(5)
                                        .anySatisfy(
                                                record -> assertThat(new String(record.body(), StandardCharsets.UTF_8))
                                                        .contains("no JSON")));
            });
        }
    }

    private static long number(String query) throws Exception {
        try (AuditDatabase books = rig.books()) {
            return books.number(query);
        }
    }
}
