// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import io.granary.backing.DatabaseAddress;
import io.granary.backing.MariaDbOptions;
import io.granary.backing.MariaDbProcess;
import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.load.LoadSpec;
import io.granary.benchmarks.load.Run;
import io.granary.benchmarks.process.Child;
import io.granary.service.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** A database with a ledger, which flushes each commit, and the process of its callers. Sells in several ways. */
final class MariaDb implements AutoCloseable {
    private static final int BUCKETS = 16;
    private static final List<String> TABLES = List.of("""
            create table stock (
                product int not null primary key,
                left_units bigint not null,
                version bigint not null default 0,
                constraint none_negative check (left_units >= 0)
            )
            """, """
            create table stock_bucket (
                product int not null,
                bucket int not null,
                left_units bigint not null,
                primary key (product, bucket),
                constraint no_bucket_negative check (left_units >= 0)
            )
            """, """
            create table ledger (
                product int not null,
                request_id binary(16) not null,
                quantity int not null,
                primary key (product, request_id)
            )
            """, """
            create procedure deduct(in wanted int, in id binary(16))
            begin
                declare exit handler for 1062
                begin
                    rollback;
                    select 1;
                end;
                start transaction;
                insert into ledger (product, request_id, quantity) values (wanted, id, 1);
                update stock set left_units = left_units - 1 where product = wanted and left_units >= 1;
                if row_count() = 1 then
                    commit;
                    select 1;
                else
                    rollback;
                    select 0;
                end if;
            end
            """);

    /** The same for all who need one: a cache that holds what a minute of sales leaves behind. */
    static final MariaDbOptions OPTIONS = MariaDbOptions.defaults().withBufferPoolMib(2_048);

    private final Started started = new Started();
    private final MariaDbProcess server;
    private final Child callers;
    private final SqlNumbers sql;
    private int products;

    MariaDb(Path folder) throws IOException, InterruptedException, SQLException {
        try {
            Files.createDirectories(folder);
            server = started.add(new MariaDbProcess(folder.resolve("mariadb"), OPTIONS));
            server.start();
            DatabaseAddress address = server.address();
            sql = started.add(new SqlNumbers(address));
            for (String table : TABLES) {
                sql.execute(table);
            }
            callers = started.add(Child.start(
                    "mariadb-callers",
                    folder,
                    List.of("-Xmx512m"),
                    LoadMain.class,
                    "mariadb",
                    address.url(),
                    address.user(),
                    address.password()));
        } catch (IOException | InterruptedException | SQLException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    /** @param way of {@link io.granary.benchmarks.load.mariadb.MariaDbShops} */
    Contender selling(String name, String way) {
        return new Contender() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Promise promise() {
                return name.equals(Peers.OVERSELLING) ? Promise.NONE : Promise.DURABLE;
            }

            @Override
            public Outcome run(Run run) throws IOException, SQLException, InterruptedException {
                return MariaDb.this.run(way, run);
            }

            @Override
            public Map<String, List<Long>> processes() {
                return MariaDb.this.processes();
            }
        };
    }

    private Map<String, List<Long>> processes() {
        return Map.of("client", List.of(callers.pid()), "mariadb", List.of(server.pid()));
    }

    private Contender.Outcome run(String way, Run run) throws IOException, SQLException, InterruptedException {
        int product = ++products;
        if (way.equals("buckets")) {
            for (int bucket = 0; bucket < BUCKETS; bucket++) {
                long share = run.stock() / BUCKETS + (bucket < run.stock() % BUCKETS ? 1 : 0);
                sql.execute(
                        "insert into stock_bucket (product, bucket, left_units) values (?, ?, ?)",
                        product,
                        bucket,
                        share);
            }
        } else {
            sql.execute("insert into stock (product, left_units) values (?, ?)", product, run.stock());
        }
        LoadResult load = callers.ask(
                LoadMain.RUN,
                new LoadSpec(
                        way,
                        List.of(Integer.toString(product)),
                        run,
                        ThreadLocalRandom.current().nextLong(),
                        processes()),
                LoadResult.class,
                Duration.ofMinutes(5));
        long left = sql.number("select coalesce(sum(left_units), 0) from stock where product = ?", product)
                + sql.number("select coalesce(sum(left_units), 0) from stock_bucket where product = ?", product);
        long entries = sql.number("select count(*) from ledger where product = ?", product);
        return new Contender.Outcome(load, Sums.check(load, new Books(run.stock(), left, run.stock() - left, entries)));
    }

    DatabaseAddress address() {
        return server.address();
    }

    @Override
    public void close() {
        server.kill();
        callers.kill();
        started.close();
    }
}
