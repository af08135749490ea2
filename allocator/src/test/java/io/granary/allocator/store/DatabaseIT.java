// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ibatis.exceptions.PersistenceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DatabaseIT {
    private static final Sku SKU = new Sku("s");
    private static final Sku OTHER = new Sku("t");

    private final Books books = Books.open();
    private final TransactionRunner transactions = books.database().transactions();
    private final ExecutorService executor = Executors.newFixedThreadPool(4);

    @AfterEach
    void close() {
        executor.shutdown();
        books.close();
    }

    @Test
    void severalMayOpenAtOnceAlsoWhenThereIsNothingYet() {
        List<String> tables =
                books.texts("select table_name from information_schema.tables where table_schema = database()");
        books.database().transactions().run(session -> {
            try (var statement = session.getConnection().createStatement()) {
                statement.execute("set foreign_key_checks = 0");
                for (String table : tables) {
                    statement.execute("drop table `" + table + "`");
                }
                statement.execute("set foreign_key_checks = 1");
            }
        });
        List<CompletableFuture<Database>> opened = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            opened.add(CompletableFuture.supplyAsync(() -> Database.open(Books.settings(2)), executor));
        }
        opened.forEach(database -> database.join().close());
        assertThat(books.texts("select table_name from information_schema.tables where table_schema = database()"))
                .containsExactlyInAnyOrderElementsOf(tables);
    }

    @Test
    void whatThrowsIsRolledBack() {
        assertThatThrownBy(() -> transactions.run(session -> {
                    try (var statement = session.getConnection().createStatement()) {
                        statement.execute("insert into sku (code, slots) values ('s', 1)");
                    }
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(books.number("select count(*) from sku")).isZero();
    }

    @Test
    void oneOfTwoThatLockEachOtherIsDoneAgain() {
        books.addSku(SKU, 1, 10);
        books.addSku(OTHER, 1, 10);
        CyclicBarrier bothHaveOne = new CyclicBarrier(2);
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Void> one =
                CompletableFuture.runAsync(() -> takeBoth("s", "t", bothHaveOne, attempts), executor);
        CompletableFuture<Void> two =
                CompletableFuture.runAsync(() -> takeBoth("t", "s", bothHaveOne, attempts), executor);
        CompletableFuture.allOf(one, two).join();
        assertThat(attempts).hasValue(3);
        assertThat(books.numbers("select written_off from sku")).containsExactly(2L, 2L);
    }

    private void takeBoth(String first, String second, CyclicBarrier bothHaveOne, AtomicInteger attempts) {
        AtomicInteger own = new AtomicInteger();
        transactions.run(session -> {
            attempts.incrementAndGet();
            try (var statement = session.getConnection().createStatement()) {
                String sql = "update sku set inventory = inventory - 1, actual = actual - 1,"
                        + " written_off = written_off + 1 where code = ";
                statement.execute(sql + "'" + first + "'");
                if (own.getAndIncrement() == 0) {
                    meet(bothHaveOne);
                }
                statement.execute(sql + "'" + second + "'");
            }
        });
    }

    private static void meet(CyclicBarrier barrier) throws SQLException {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new SQLException("the other did not come", e);
        }
    }

    @Test
    void aConnectionThatBreaksIsReplaced() {
        AtomicInteger attempts = new AtomicInteger();
        transactions.run(session -> {
            try (var statement = session.getConnection().createStatement()) {
                if (attempts.getAndIncrement() == 0) {
                    statement.execute("kill connection_id()");
                }
                statement.execute("insert into sku (code, slots) values ('s', 1)");
            }
        });
        assertThat(attempts).hasValue(2);
        assertThat(books.number("select count(*) from sku")).isEqualTo(1);
    }

    @Test
    void aSnapshotSeesOneMoment() {
        books.addSku(SKU, 1, 10);
        long sum = transactions.snapshot(session -> {
            ReconcileMapper mapper = session.getMapper(ReconcileMapper.class);
            int drifts = mapper.actualOfParts().size();
            CompletableFuture.runAsync(
                            () -> books.update("update sku set received = 11, actual = 11, inventory = 11"), executor)
                    .join();
            try (var statement = session.getConnection().createStatement();
                    var row = statement.executeQuery("select sum(received) from sku")) {
                row.next();
                return drifts + row.getLong(1);
            }
        });
        assertThat(sum).isEqualTo(10);
        assertThat(books.number("select sum(received) from sku")).isEqualTo(11);
    }

    @Test
    void theBooksRefuseWhatDoesNotAddUp() {
        books.addSku(SKU, 1, 10);
        books.own(new PartitionId(SKU, 0), 1, "node", 0);
        for (String wrong : List.of(
                "update sku set inventory = inventory - 1",
                "update sku set inventory = -1, actual = -1, received = -1",
                "update sku set received = received + 1",
                "update `partition` set consumed = 1",
                "update sku set slots = 0")) {
            assertThatThrownBy(() -> books.update(wrong))
                    .isInstanceOf(PersistenceException.class)
                    .satisfies(e -> assertThat(SqlFault.of(e)).isEqualTo(SqlFault.CONSTRAINT));
        }
    }

    @Test
    void reconcileFindsWhatTheConstraintsCannot() {
        books.addSku(SKU, 1, 10);
        PartitionId partition = new PartitionId(SKU, 0);
        books.own(partition, 1, "node", 0);
        books.grant(partition, 4);
        Reconcile reconcile = new Reconcile(books.database());
        assertThat(reconcile.check()).isEmpty();
        books.update("update `partition` set consumed = 1");
        books.update("update sku set sold = 2, inventory = inventory - 2, actual = actual - 2");
        assertThat(reconcile.check())
                .containsExactly(
                        new Drift(SKU, "pool = granted - consumed - returned of its partitions", 4, 3),
                        new Drift(SKU, "sold = live quantity in the ledger", 2, 0));
    }
}
