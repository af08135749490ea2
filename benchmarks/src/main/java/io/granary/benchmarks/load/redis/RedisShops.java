// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.redis;

import io.granary.benchmarks.load.Shop;
import io.granary.benchmarks.load.Shops;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.List;

/** Shops on one Redis, each with one connection, as Lettuce recommends. */
public final class RedisShops implements Shops {
    /** Each request leaves at once. */
    public static final String EACH = "each";
    /** Requests that come while others are written leave together. */
    public static final String PIPELINED = "pipelined";

    private final RedisClient client;

    public RedisShops(int port) {
        client = RedisClient.create(RedisURI.create("127.0.0.1", port));
    }

    @Override
    public List<String> ways() {
        return List.of(EACH, PIPELINED);
    }

    @Override
    public Shop open(String way, String product) {
        return new RedisShop(client.connect(ByteArrayCodec.INSTANCE), product, way.equals(PIPELINED));
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
