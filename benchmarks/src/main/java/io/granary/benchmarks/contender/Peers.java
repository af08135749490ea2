// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import io.granary.backing.DatabaseAddress;
import io.granary.benchmarks.load.mariadb.MariaDbShops;
import io.granary.benchmarks.load.redis.RedisShops;
import io.granary.service.Started;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Everybody else. Used by one thread. */
public final class Peers implements AutoCloseable {
    /** The only one that is expected to sell what it does not have. */
    public static final String OVERSELLING = "mariadb-read-compute-write";

    private final Started started = new Started();
    private final Map<String, Contender> contenders = new LinkedHashMap<>();

    /**
     * Starts Redis, with the append-only file off, synced every second, and synced always.
     *
     * @return false if this machine has none
     */
    public boolean startRedis(Path folder) throws IOException, InterruptedException {
        Optional<Path> program = RedisServer.program();
        if (program.isEmpty()) {
            return false;
        }
        for (RedisServer.Fsync fsync : RedisServer.Fsync.values()) {
            String name = "redis-" + fsync.name().toLowerCase(Locale.ROOT);
            Redis redis = started.add(new Redis(program.get(), fsync, folder.resolve(name)));
            add(redis.selling(name, RedisShops.EACH));
            add(redis.selling(name + "-pipelined", RedisShops.PIPELINED));
        }
        return true;
    }

    /**
     * Starts MariaDB with a table of stock and a ledger.
     *
     * @return where it is
     */
    public DatabaseAddress startMariaDb(Path folder) throws IOException, InterruptedException, SQLException {
        MariaDb mariaDb = started.add(new MariaDb(folder));
        for (String way : MariaDbShops.WAYS) {
            add(mariaDb.selling("mariadb-" + way, way));
        }
        return mariaDb.address();
    }

    private void add(Contender contender) {
        contenders.put(contender.name(), contender);
    }

    /** By name; none if it was not started. */
    public Optional<Contender> find(String name) {
        return Optional.ofNullable(contenders.get(name));
    }

    public List<Contender> all() {
        return new ArrayList<>(contenders.values());
    }

    @Override
    public void close() {
        started.close();
    }
}
