// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.allocation.Operator;
import io.granary.allocator.schedule.Step;
import io.granary.allocator.schedule.TaskDefinition;
import io.granary.allocator.schedule.TaskKind;
import io.granary.allocator.schedule.TaskRun;
import io.granary.allocator.schedule.TaskStore;
import io.granary.allocator.schedule.Timing;
import io.granary.allocator.store.Database;
import io.granary.allocator.store.DatabaseSettings;
import io.granary.allocator.store.SqlTaskStore;
import io.granary.backing.Patience;
import io.granary.client.GranaryClient;
import io.granary.client.Outcome;
import io.granary.config.Configuration;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sale opens at its time whoever dies before it. {@code -Dgranary.sales=5} for more of them, to see how late they are. */
final class ScheduledSaleIT {
    private static final int SALES = Integer.getInteger("granary.sales", 1);
    private static final Duration PATIENCE = Patience.of(Duration.ofMinutes(1));

    @TempDir
    private Path data;

    @Test
    void opensOnceThoughTheLeaderIsKilledASecondBefore() throws Exception {
        var config = Configuration.parse("granary.allocator.http.port = 0", "test");
        EmbeddedSettings settings = EmbeddedSettings.of(config).withNodes(1).withAllocators(1);
        List<AllocatorProcess> allocators = new ArrayList<>();
        try (EmbeddedGranary granary = EmbeddedGranary.start(config, settings, data);
                StockFeed feed = granary.stockFeed();
                GranaryClient client = granary.client();
                Database books = database(granary)) {
            SqlTaskStore tasks = new SqlTaskStore(books.transactions(), 100);
            try {
                allocators.add(AllocatorProcess.start(granary, "first"));
                allocators.add(AllocatorProcess.start(granary, "second"));
                granary.allocators().get(0).close();
                for (int sale = 0; sale < SALES; sale++) {
                    Sku sku = new Sku("SALE-" + sale);
                    Instant at = prepare(sku, feed, tasks, books, allocators);
                    await().pollInterval(Duration.ofMillis(5))
                            .atMost(PATIENCE)
                            .until(() -> !Instant.now().isBefore(at.minusSeconds(1)));
                    kill(allocators, leader(books));

                    assertThat(client.deductAndWait(sku, RequestId.of("customer"), 1, PATIENCE)
                                    .outcome())
                            .isEqualTo(Outcome.DEDUCTED);
                    System.out.println("the sale opened "
                            + Duration.between(at, Instant.now()).toMillis()
                            + " ms late, its leader having been killed 1000 ms before");
                    assertThat(runs(tasks, sku, Step.RUN))
                            .singleElement()
                            .satisfies(run -> assertThat(run.outcome()).isEqualTo(TaskRun.Outcome.DONE));
                    allocators.add(AllocatorProcess.start(granary, "next-" + sale));
                }
            } finally {
                allocators.forEach(AllocatorProcess::close);
            }
        }
    }

    /** Nobody can buy until then. */
    private static Instant prepare(
            Sku sku, StockFeed feed, SqlTaskStore tasks, Database books, List<AllocatorProcess> allocators)
            throws Exception {
        // As an operator who makes it known before its units come.
        execute(books, "insert into sku (code, state, slots) values ('" + sku.code() + "', 'PAUSED', 2)");
        Restocked.with(feed, "stock-of-" + sku, sku, 1_000);
        await().atMost(PATIENCE)
                .until(() -> query(books, "select pool > 0 from sku where code = '" + sku + "'")
                        .equals("1"));
        await().atMost(PATIENCE).until(() -> allocators.stream().anyMatch(one -> one.is(leader(books))));
        Instant at = tasks.now().plusSeconds(6);
        assertThat(tasks.create(
                        new TaskDefinition(
                                sku.code(), TaskKind.OPEN_SALE, sku, 0, Duration.ofMinutes(5), null, new Timing.At(at)),
                        Operator.named("test")))
                .isEqualTo(TaskStore.Created.CREATED);
        await().atMost(PATIENCE).until(() -> runs(tasks, sku, Step.PREPARE).size() == 1);
        return at;
    }

    private static List<TaskRun> runs(SqlTaskStore tasks, Sku sku, Step step) {
        return tasks.history(sku.code(), 100).orElseThrow().stream()
                .filter(run -> run.occasion().step() == step)
                .collect(Collectors.toList());
    }

    private static void kill(List<AllocatorProcess> allocators, String leader) {
        AllocatorProcess killed = allocators.stream()
                .filter(one -> one.is(leader))
                .findAny()
                .orElseThrow(() -> new AssertionError("the leader is " + leader));
        killed.kill();
        allocators.remove(killed);
    }

    private static String leader(Database books) {
        return query(books, "select leader from leader_term");
    }

    private static Database database(EmbeddedGranary granary) {
        var address = granary.database();
        return Database.open(new DatabaseSettings(address.url(), address.user(), address.password(), 4));
    }

    private static String query(Database books, String sql) {
        return books.transactions().call(session -> {
            Connection connection = session.getConnection();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                return row.next() ? row.getString(1) : "";
            }
        });
    }

    private static void execute(Database books, String sql) {
        books.transactions().run(session -> {
            try (Statement statement = session.getConnection().createStatement()) {
                statement.executeUpdate(sql);
            }
        });
    }
}
