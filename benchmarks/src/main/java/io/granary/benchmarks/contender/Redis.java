// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.load.LoadSpec;
import io.granary.benchmarks.load.Run;
import io.granary.benchmarks.process.Child;
import io.granary.service.Started;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Redis with the usual idempotent script, and the process of its callers. Sells in several ways. */
final class Redis implements AutoCloseable {
    private static final String COUNTER = "HOT";

    private final Started started = new Started();
    private final RedisServer.Fsync fsync;
    private final RedisServer server;
    private final Child callers;
    private final RedisCommands<String, String> commands;

    Redis(Path program, RedisServer.Fsync fsync, Path folder) throws IOException, InterruptedException {
        this.fsync = fsync;
        try {
            server = started.add(RedisServer.start(program, fsync, Files.createDirectories(folder)));
            callers = started.add(Child.start(
                    "redis-callers", folder, List.of("-Xmx512m"), LoadMain.class, "redis", "" + server.port()));
            RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", server.port()));
            started.add(client::shutdown);
            commands = client.connect().sync();
        } catch (IOException | InterruptedException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    /** @param way of {@link io.granary.benchmarks.load.redis.RedisShops} */
    Contender selling(String name, String way) {
        return new Contender() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Promise promise() {
                return switch (fsync) {
                    case OFF -> Promise.NOT_DURABLE;
                    case EVERYSEC -> Promise.ALMOST_DURABLE;
                    case ALWAYS -> Promise.DURABLE;
                };
            }

            @Override
            public Outcome run(Run run) throws IOException, InterruptedException {
                return Redis.this.run(way, run);
            }

            @Override
            public Map<String, List<Long>> processes() {
                return Map.of("client", List.of(callers.pid()), "redis", List.of(server.pid()));
            }
        };
    }

    private Contender.Outcome run(String way, Run run) throws IOException, InterruptedException {
        commands.flushall();
        commands.set(COUNTER, Long.toString(run.stock()));
        LoadResult load = callers.ask(
                LoadMain.RUN,
                new LoadSpec(
                        way,
                        List.of(COUNTER),
                        run,
                        ThreadLocalRandom.current().nextLong(),
                        Map.of("client", List.of(callers.pid()), "redis", List.of(server.pid()))),
                LoadResult.class,
                Duration.ofMinutes(5));
        long left = Long.parseLong(String.valueOf(commands.get(COUNTER)));
        long ids = commands.dbsize() - 1;
        return new Contender.Outcome(load, Sums.check(load, new Books(run.stock(), left, run.stock() - left, ids)));
    }

    @Override
    public String toString() {
        return "redis-" + fsync.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() {
        started.close();
    }
}
