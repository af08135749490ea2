// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.granary;

import com.typesafe.config.Config;
import io.granary.benchmarks.load.Shop;
import io.granary.benchmarks.load.Shops;
import io.granary.client.ClientSettings;
import io.granary.client.GranaryClient;
import io.granary.config.Configuration;
import io.granary.model.Sku;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.curator.RegistrySettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;

/** Shops on one client. */
public final class GranaryShops implements Shops {
    /** The only way. */
    public static final String WAY = "granary";

    private final GranaryClient client;

    /** @param configuration names the registry */
    public GranaryShops(Path configuration) {
        Config config = Configuration.load(configuration);
        client = GranaryClient.connect(
                RegistrySettings.of(config),
                GrpcSettings.of(config),
                ClientSettings.of(config),
                new SimpleMeterRegistry());
    }

    @Override
    public List<String> ways() {
        return List.of(WAY);
    }

    @Override
    public Shop open(String way, String product) {
        return new GranaryShop(client, new Sku(product));
    }

    @Override
    public void close() {
        client.close();
    }
}
