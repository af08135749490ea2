// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.backing.Patience;
import io.granary.backing.ZooKeeperOptions;
import io.granary.backing.ZooKeeperProcess;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import io.granary.registry.NodeRegistration;
import io.granary.registry.SkuEntry;
import io.granary.registry.SkuState;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client as applications make it, with a real ZooKeeper. */
class ZooKeeperClientIT {
    private static final Sku SKU = new Sku("sku/1");
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(60));

    @TempDir
    Path folder;

    @Test
    void findsItsWayByTheRegistry() throws Exception {
        try (ZooKeeperProcess zooKeeper = new ZooKeeperProcess(folder, ZooKeeperOptions.defaults())) {
            zooKeeper.start();
            RegistrySettings settings = RegistrySettings.of(zooKeeper.connectString());
            try (CuratorRegistry registry = CuratorRegistry.start(settings);
                    NodeRegistration first = registry.nodeRegistration();
                    NodeRegistration second = registry.nodeRegistration();
                    var cluster = registry.cluster();
                    SmallNode nodeA = new SmallNode(0, 1);
                    SmallNode nodeB = new SmallNode(0, 1);
                    GranaryClient client = GranaryClient.connect(zooKeeper.connectString())) {
                registry.awaitConnected(PATIENCE);
                assertThat(client.deductAndWait(SKU.code(), "too early", 1, PATIENCE)
                                .outcome())
                        .isEqualTo(Outcome.NO_SUCH_SKU);

                cluster.publish(Map.of(SKU, new SkuEntry(SkuState.SELLING, 2))).join();
                CompletableFuture<DeductionResult> waiting = client.deduct(SKU.code(), "order 1", 1, PATIENCE);
                first.publish(new NodeEntry("a", nodeA.address(), 1));
                first.register(new PartitionId(SKU, 0), 1);
                assertThat(waiting.join().isDeducted()).isTrue();

                CompletableFuture<DeductionResult> next = client.deduct(SKU.code(), "order 2", 1, PATIENCE);
                second.publish(new NodeEntry("b", nodeB.address(), 2));
                second.register(new PartitionId(SKU, 1), 1);
                assertThat(next.join().isDeducted()).isTrue();

                first.deregister(new PartitionId(SKU, 0), 1);
                second.deregister(new PartitionId(SKU, 1), 1);
                CompletableFuture<DeductionResult> last = client.deduct(SKU.code(), "order 3", 1, PATIENCE);
                cluster.publish(Map.of(SKU, new SkuEntry(SkuState.SOLD_OUT, 2))).join();
                assertThat(last.join().outcome()).isEqualTo(Outcome.SOLD_OUT);
                assertThat(nodeA.deducted()).hasSize(1);
                assertThat(nodeB.deducted()).hasSize(1);
            }
        }
    }
}
