// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static io.granary.backing.Patience.await;
import static io.granary.client.ScriptedRoutes.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.backing.Patience;
import io.granary.concurrent.ThreadLoop;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.protocol.grpc.GrpcConnector;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.SkuState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client on real threads and real connections, with a node that keeps no log. */
class GrpcClientTest {
    private static final Sku SKU = new Sku("sku-1");
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(30));

    private final ScriptedRoutes routes = new ScriptedRoutes();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private ThreadLoop loop;
    private GrpcConnector<byte[], byte[]> connector;
    private GranaryClient client;

    @BeforeEach
    void start() {
        loop = ThreadLoop.start("client");
        connector = GrpcConnector.deductions(GrpcSettings.defaults());
        client = GranaryClient.on(loop, routes, connector, ClientSettings.defaults(), new RequestId(1, 2), metrics);
    }

    @AfterEach
    void stop() {
        client.close();
        connector.close();
        loop.close();
    }

    private void serve(SmallNode node) {
        routes.node("a", node.address());
        routes.publish(SKU, SkuState.SELLING, 1, at(0, 1, "a"));
    }

    @Test
    void manyThreadsSellTheLastUnitAndNoMore() throws Exception {
        try (SmallNode node = new SmallNode(0, 5_000)) {
            serve(node);
            ConcurrentLinkedQueue<DeductionResult> results = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int thread = t;
                threads.add(new Thread(() -> {
                    List<CompletableFuture<DeductionResult>> calls = new ArrayList<>();
                    for (int i = 0; i < 1_000; i++) {
                        Duration deadline = i < 600 ? PATIENCE : Duration.ofMillis(300);
                        calls.add(client.deduct(SKU, new RequestId(thread, i), 1, deadline));
                        if (i == 599) {
                            calls.forEach(call -> results.add(call.join()));
                            calls.clear();
                        }
                    }
                    calls.forEach(call -> results.add(call.join()));
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(results).hasSize(8_000);
            assertThat(results).filteredOn(DeductionResult::isDeducted).hasSize(5_000);
            // An attempt that is in flight when the deadline passes leaves its call unknown, and on a slow machine many
            // are.
            assertThat(results)
                    .filteredOn(result -> !result.isDeducted())
                    .extracting(DeductionResult::outcome)
                    .isSubsetOf(Outcome.INSUFFICIENT, Outcome.UNKNOWN);
            assertThat(node.deducted()).hasSize(5_000);
            assertThat(metrics.get("granary.client.frame.entries").summary().count())
                    .isLessThan(8_000);
        }
    }

    @Test
    void aNodeThatComesBackAtItsAddressIsFoundAgain() throws Exception {
        int port;
        try (SmallNode node = new SmallNode(0, 10)) {
            serve(node);
            port = node.port();
            assertThat(client.deductAndWait(SKU, new RequestId(0, 1), 1, PATIENCE)
                            .isDeducted())
                    .isTrue();
        }
        CompletableFuture<DeductionResult> meanwhile = client.deduct(SKU, new RequestId(0, 2), 1, PATIENCE);
        try (SmallNode node = new SmallNode(port, 10)) {
            assertThat(meanwhile.join().isDeducted()).isTrue();
            assertThat(node.deducted()).containsOnlyKeys(new RequestId(0, 2));
        }
    }

    @Test
    void whatANodeTookButNeverAnsweredIsUnknown() throws Exception {
        try (SmallNode node = new SmallNode(0, 10)) {
            serve(node);
            assertThat(client.deductAndWait("sku-1", "first", 1, PATIENCE).isDeducted())
                    .isTrue();
            node.mute();
            assertThat(client.deductAndWait("sku-1", "second", 1, Duration.ofMillis(200))
                            .outcome())
                    .isEqualTo(Outcome.UNKNOWN);
            assertThat(node.deducted()).containsKey(RequestId.of("second"));
        }
    }

    @Test
    void closingWhileManyThreadsCallAnswersEveryCall() throws Exception {
        try (SmallNode node = new SmallNode(0, Long.MAX_VALUE)) {
            serve(node);
            ConcurrentLinkedQueue<CompletableFuture<DeductionResult>> calls = new ConcurrentLinkedQueue<>();
            CountDownLatch started = new CountDownLatch(4);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int thread = t;
                threads.add(new Thread(() -> {
                    try {
                        for (int i = 0; ; i++) {
                            calls.add(client.deduct(SKU, new RequestId(thread, i), 1, PATIENCE));
                            if (i == 1_000) {
                                started.countDown();
                            }
                        }
                    } catch (ClosedClientException e) {
                        // That is when it is enough.
                    }
                }));
            }
            threads.forEach(Thread::start);
            started.await();
            client.close();
            for (Thread thread : threads) {
                thread.join();
            }
            await().untilAsserted(() -> assertThat(calls).allMatch(CompletableFuture::isDone));
            assertThat(calls).noneMatch(CompletableFuture::isCompletedExceptionally);
            assertThatThrownBy(() -> client.deduct("sku-1", "late", 1, PATIENCE))
                    .isInstanceOf(ClosedClientException.class);
        }
    }

    @Test
    void aDependentOfACallMayCloseTheClientWithAllItsParts() throws Exception {
        try (SmallNode node = new SmallNode(0, 10)) {
            serve(node);
            assertThat(metrics.getMeters()).isNotEmpty();
            client.deduct(SKU, new RequestId(1, 1), 1, PATIENCE)
                    .thenRun(client::close)
                    .get(Patience.seconds(10), TimeUnit.SECONDS);
            await().untilAsserted(() -> assertThat(metrics.getMeters()).isEmpty());
        }
    }
}
