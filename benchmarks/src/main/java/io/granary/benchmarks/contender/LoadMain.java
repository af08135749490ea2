// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import io.granary.benchmarks.load.Load;
import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.load.LoadSpec;
import io.granary.benchmarks.load.Shop;
import io.granary.benchmarks.load.Shops;
import io.granary.benchmarks.load.granary.GranaryShops;
import io.granary.benchmarks.load.mariadb.MariaDbShops;
import io.granary.benchmarks.load.redis.RedisShops;
import io.granary.benchmarks.process.Requests;
import io.granary.service.Logging;
import io.granary.service.Started;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The process of the callers: {@code granary CONFIGURATION}, {@code redis PORT} or {@code mariadb URL USER PASSWORD}.
 * Carries out {@link LoadSpec}s until its input ends.
 */
public final class LoadMain {
    /** The request that has a {@link LoadSpec} and is answered with a {@link LoadResult}. */
    public static final String RUN = "run";

    private LoadMain() {}

    public static void main(String[] arguments) throws Exception {
        Logging.forwardJavaUtilLogging();
        Requests requests = new Requests();
        try (Shops shops = shops(arguments)) {
            requests.on(RUN, LoadSpec.class, spec -> run(shops, spec)).answerAll();
        }
        // Libraries leave threads behind.
        System.exit(0);
    }

    private static Shops shops(String[] arguments) {
        return switch (arguments[0]) {
            case "granary" -> new GranaryShops(Path.of(arguments[1]));
            case "redis" -> new RedisShops(Integer.parseInt(arguments[1]));
            case "mariadb" -> new MariaDbShops(arguments[1], arguments[2], arguments[3]);
            default ->
                throw new IllegalArgumentException("shops: " + arguments[0] + " (expected: granary, redis or mariadb)");
        };
    }

    private static LoadResult run(Shops shops, LoadSpec spec) throws Exception {
        if (!shops.ways().contains(spec.way())) {
            throw new IllegalArgumentException("way: " + spec.way() + " (expected: one of " + shops.ways() + ")");
        }
        try (Started opened = new Started()) {
            List<Shop> open = new ArrayList<>();
            for (String product : spec.products()) {
                open.add(opened.add(shops.open(spec.way(), product)));
            }
            return new Load(spec, open).run();
        }
    }
}
