// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.backing.DatabaseAddress;
import io.granary.backing.SharedBacking;
import io.granary.embedded.demo.Findings.Wrong;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The audit on real tables. Two orders of a SKU are sold, two and three of five units, and a third is refused: that is right. Each
 * test makes one thing wrong.
 */
class AuditIT {
    private static final String FIRST = id(1);
    private static final String SECOND = id(2);
    private static final String REFUSED = id(3);

    @TempDir
    private Path folder;

    private final List<String> journal = new ArrayList<>();
    private Connection database;
    private long now;
    private int calls;

    private static String id(int number) {
        return "%032x".formatted(number);
    }

    @BeforeEach
    void everythingIsRight() throws SQLException {
        DatabaseAddress address = SharedBacking.services().database();
        Flyway.configure()
                .dataSource(address.url(), address.user(), address.password())
                .load()
                .migrate();
        database = DriverManager.getConnection(address.url(), address.user(), address.password());
        for (String table : List.of(
                "conflict",
                "deduction",
                "partition_epoch",
                "`partition`",
                "lane",
                "stock_update",
                "allocation",
                "sku")) {
            sql("delete from " + table);
        }
        sql("insert into sku (id, code, slots, received, sold) values (1, 'A', 1, 5, 5)");
        sql("insert into lane (lane) values (0)");
        sql("insert into `partition` (sku_id, slot, epoch, granted, consumed) values (1, 0, 1, 5, 5)");
        sql("insert into partition_epoch (sku_id, slot, epoch, node, lane) values (1, 0, 1, 'n', 0)");
        sql("insert into stock_update (update_id, sku, kind, units, print, outcome)"
                + " values ('u', 'A', 'RESTOCK', 5, 0, 'APPLIED')");
        deduct(FIRST, 2);
        deduct(SECOND, 3);
        journal.add("{\"at\":1,\"update\":\"u\",\"sku\":\"A\",\"units\":5}");
        journal.add("{\"at\":2,\"update\":\"u\",\"sent\":true}");
        now = 2;
        call(FIRST, 2, "DEDUCTED");
        call(SECOND, 3, "DEDUCTED");
        call(REFUSED, 1, "SOLD_OUT");
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
    }

    private void sql(String statement) throws SQLException {
        try (Statement executed = database.createStatement()) {
            executed.executeUpdate(statement);
        }
    }

    private void deduct(String id, int quantity) throws SQLException {
        sql(
                "insert into deduction (sku_id, request_id, quantity, slot, epoch, time) values (1, unhex('%s'), %d, 0, 1, 0)"
                        .formatted(id, quantity));
    }

    private void call(String id, int quantity, String told) {
        calls++;
        journal.add("{\"at\":%d,\"call\":%d,\"sku\":\"A\",\"id\":\"%s\",\"quantity\":%d}"
                .formatted(++now, calls, id, quantity));
        journal.add("{\"at\":%d,\"call\":%d,\"told\":\"%s\",\"detail\":0}".formatted(++now, calls, told));
    }

    private Audit.Result audit() throws IOException, SQLException {
        return Audit.of(Files.write(folder.resolve("journal.jsonl"), journal), database);
    }

    private void assertFound(Wrong... wrong) throws IOException, SQLException {
        Audit.Result result = audit();
        Set<Wrong> found = EnumSet.noneOf(Wrong.class);
        for (Wrong each : Wrong.values()) {
            if (result.findings().count(each) > 0) {
                found.add(each);
            }
        }
        assertThat(found).as(result.findings().lines().toString()).containsExactlyInAnyOrder(wrong);
    }

    @Test
    void findsNothingWhereNothingIsWrong() throws Exception {
        Audit.Result result = audit();

        assertThat(result.findings().lines()).isEmpty();
        assertThat(result.orders()).isEqualTo(3);
        assertThat(result.deducted()).isEqualTo(2);
        assertThat(result.refused()).isEqualTo(1);
        assertThat(result.unitsSold()).isEqualTo(5);
    }

    @Test
    void findsALostAcknowledgement() throws Exception {
        sql("delete from deduction where request_id = unhex('%s')".formatted(SECOND));

        assertFound(Wrong.LOST_ACKNOWLEDGEMENT, Wrong.ACCOUNTS);
    }

    @Test
    void findsAnotherQuantity() throws Exception {
        sql("update deduction set quantity = 5 - quantity");

        assertFound(Wrong.WRONG_QUANTITY);
    }

    @Test
    void findsARefusalThatWasSold() throws Exception {
        sql("update deduction set quantity = 2 where request_id = unhex('%s')".formatted(SECOND));
        journal.removeIf(line -> line.contains(SECOND) || line.contains("\"call\":2,"));
        call(SECOND, 2, "INSUFFICIENT");
        deduct(REFUSED, 1);

        assertFound(Wrong.REFUSED_BUT_SOLD);
    }

    @Test
    void findsAnUnknownOutcomeThatIsRefusedAndSold() throws Exception {
        journal.removeIf(line -> line.contains(SECOND) || line.contains("\"call\":2,"));
        call(SECOND, 3, "UNKNOWN");
        call(SECOND, 3, "SOLD_OUT");

        assertFound(Wrong.RESOLVED_OTHERWISE);
    }

    @Test
    void acceptsAnUnknownOutcomeThatIsResolved() throws Exception {
        journal.removeIf(line -> line.contains(SECOND) || line.contains("\"call\":2,"));
        call(SECOND, 3, "UNKNOWN");
        call(SECOND, 3, "SOLD_OUT");
        call(SECOND, 3, "DEDUCTED");

        assertFound();
        assertThat(audit().doubtfulInLedger()).isEqualTo(1);
    }

    @Test
    void findsAnOutcomeThatNobodyLearned() throws Exception {
        call(id(4), 1, "UNKNOWN");

        assertFound(Wrong.UNKNOWN);
    }

    @Test
    void findsACallThatWasNeverAnswered() throws Exception {
        call(id(4), 1, "SOLD_OUT");
        journal.remove(journal.size() - 1);

        assertFound(Wrong.UNKNOWN);
    }

    @Test
    void findsAnAnswerThatChanged() throws Exception {
        call(FIRST, 2, "SOLD_OUT");

        assertFound(Wrong.ANSWER_CHANGED);
    }

    @Test
    void findsARowThatNobodyAskedFor() throws Exception {
        journal.removeIf(line -> line.contains(SECOND) || line.contains("\"call\":2,"));

        assertFound(Wrong.NEVER_ASKED);
    }

    @Test
    void findsUnitsThatWereNotSent() throws Exception {
        journal.removeIf(line -> line.contains("\"update\""));

        assertFound(Wrong.RECEIVED);
    }

    @Test
    void findsAnUpdateOfWhichNobodyKnowsWhetherItWasSent() throws Exception {
        journal.removeIf(line -> line.contains("\"sent\""));

        assertFound(Wrong.FAILED, Wrong.RECEIVED);
    }

    @Test
    void findsMoreAcknowledgedThanReceived() throws Exception {
        call(id(4), 1, "DEDUCTED");

        assertFound(Wrong.OVERSOLD, Wrong.LOST_ACKNOWLEDGEMENT);
    }

    @Test
    void findsWhatIsLeft() throws Exception {
        sql("update sku set sold = 2, inventory = 3, actual = 3");
        sql("delete from deduction where request_id = unhex('%s')".formatted(SECOND));
        sql("update `partition` set granted = 2, consumed = 2");
        journal.removeIf(line -> line.contains(SECOND) || line.contains("\"call\":2,"));

        assertFound(Wrong.UNDERSOLD);
    }

    @Test
    void findsSumsThatDoNotAddUp() throws Exception {
        sql("update `partition` set granted = 6");

        assertFound(Wrong.ACCOUNTS);
    }

    @Test
    void findsASettlementThatHasStopped() throws Exception {
        sql("update lane set alarm = 'records were lost'");

        assertFound(Wrong.STOPPED);
    }

    @Test
    void findsAPartitionAtWhichSettlementHasStopped() throws Exception {
        sql("update partition_epoch set halted = true");

        assertFound(Wrong.STOPPED);
    }

    @Test
    void findsARefusedUpdate() throws Exception {
        sql("insert into stock_update (update_id, print, outcome, reason) values ('v', 0, 'DEAD', 'odd')");

        assertFound(Wrong.DEAD_UPDATE);
    }
}
