// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

import com.typesafe.config.Config;
import io.granary.benchmarks.process.Requests;
import io.granary.client.ClientSettings;
import io.granary.client.GranaryClient;
import io.granary.config.Configuration;
import io.granary.embedded.Logging;
import io.granary.model.Sku;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.curator.RegistrySettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;

/** {@code granary CONFIG}: the process of the callers. Carries out {@link LoadSpec}s until its input ends. */
public final class LoadMain {
    /** The request that has a {@link LoadSpec} and is answered with a {@link LoadResult}. */
    public static final String RUN = "run";

    private LoadMain() {}

    public static void main(String[] arguments) throws Exception {
        Logging.forwardJavaUtilLogging();
        Requests requests = new Requests();
        Config config = Configuration.load(Path.of(arguments[1]));
        try (GranaryClient client = GranaryClient.connect(
                RegistrySettings.of(config),
                GrpcSettings.of(config),
                ClientSettings.of(config),
                new SimpleMeterRegistry())) {
            requests.on(RUN, LoadSpec.class, spec -> {
                        List<GranaryShop> shops = spec.skus().stream()
                                .map(sku -> new GranaryShop(client, new Sku(sku)))
                                .toList();
                        return new Load(spec, shops).run();
                    })
                    .answerAll();
        }
        System.exit(0);
    }
}
