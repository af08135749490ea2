// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.backing.BackingProcess;
import io.granary.backing.Patience;
import io.granary.client.DeductionResult;
import io.granary.client.Outcome;
import io.granary.embedded.Restocked;
import io.granary.log.StockLog;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqStockLog;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.node.RunningNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sales in the middle of which something breaks: in the end all of the audit's rules hold, and everybody has an answer. */
class FaultsIT {
    private static final GeneratedSale SALE = GeneratedSale.DEFAULT.withRequests(60_000);
    private static final int HALFWAY = 25_000;

    @TempDir
    private Path data;

    private static void sellsRightDespite(Rig rig, Callable<?> deed) throws Exception {
        Mischief[] mischief = new Mischief[1];
        Report report = rig.sell(Rig.options(SALE, 500, null), shop -> {
            mischief[0] = new Mischief(shop, HALFWAY, deed);
            return mischief[0];
        });
        mischief[0].await();

        assertThat(report.toJson().get("requests").asLong()).isEqualTo(SALE.requests());
        assertThat(report.toJson().get("hotSku").get("deducted").asLong()).isEqualTo(SALE.hotUnits());
        assertThat(report.passed()).as(report.toText()).isTrue();
    }

    @Test
    void aNodeIsKilledAndAnotherTakesOver() throws Exception {
        try (Rig rig = new Rig(data, 1, 1);
                NodeProcess node = NodeProcess.start(rig.granary())) {
            await().atMost(Patience.of(Duration.ofMinutes(1))).until(() -> lanes(rig) == 2);

            sellsRightDespite(rig, () -> {
                node.kill();
                return null;
            });
        }
    }

    /** How many incarnations have a lane. */
    private static long lanes(Rig rig) throws Exception {
        try (AuditDatabase books = rig.books()) {
            return books.number("select count(*) from lane where owner is not null");
        }
    }

    @Test
    void aNodeIsClosedAndAnotherTakesOver() throws Exception {
        try (Rig rig = new Rig(data, 2, 1)) {
            sellsRightDespite(rig, () -> {
                rig.granary().nodes().get(0).close();
                return null;
            });
        }
    }

    @Test
    void theBrokerIsKilledAndStartsAgain() throws Exception {
        try (Rig rig = new Rig(data, 2, 1)) {
            sellsRightDespite(rig, () -> restart(rig.granary().backing().broker()));
        }
    }

    @Test
    void theDatabaseIsKilledAndStartsAgain() throws Exception {
        try (Rig rig = new Rig(data, 2, 1)) {
            sellsRightDespite(rig, () -> restart(rig.granary().backing().mariaDb()));
        }
    }

    private static Object restart(BackingProcess process) {
        process.kill();
        process.start();
        return process;
    }

    @Test
    void oneOfTwoAllocatorsIsClosed() throws Exception {
        try (Rig rig = new Rig(data, 2, 2)) {
            sellsRightDespite(rig, () -> {
                List.copyOf(rig.granary().allocators()).get(0).close();
                return null;
            });
        }
    }

    /** Nothing in a lane can be trusted any more once it holds what can't be read: it may be a fence. */
    @Test
    void anIncarnationThatGivesUpIsReplacedByAnother() throws Exception {
        Duration patience = Patience.of(Duration.ofMinutes(1));
        try (Rig rig = new Rig(data, 1, 1)) {
            RunningNode node = rig.granary().nodes().get(0);
            String first = node.service().incarnation();
            await().atMost(patience).until(() -> lanes(rig) == 1);
            buy(rig, new Sku("BEFORE"));

            try (StockLog log = new RocketMqStockLog(
                    RocketMqLogSettings.stockLog(rig.granary().config()))) {
                log.append(laneOf(rig, first), "no record".getBytes(StandardCharsets.UTF_8))
                        .join();
            }
            DeductionResult lost =
                    rig.client().deductAndWait(new Sku("BEFORE"), RequestId.of("lost"), 1, Duration.ofSeconds(5));
            assertThat(lost.outcome()).isEqualTo(Outcome.UNKNOWN);
            await().atMost(patience).until(() -> !node.service().incarnation().equals(first));

            await().atMost(patience).until(() -> lanes(rig) == 2);
            buy(rig, new Sku("AFTER"));
        }
    }

    private static void buy(Rig rig, Sku sku) {
        Restocked.with(rig.feed(), "stock-of-" + sku.code(), sku, 10);
        await().atMost(Patience.of(Duration.ofMinutes(1)))
                .untilAsserted(() -> assertThat(rig.client()
                                .deductAndWait(sku, RequestId.of("one"), 1, Duration.ofSeconds(5))
                                .outcome())
                        .isEqualTo(Outcome.DEDUCTED));
    }

    private static int laneOf(Rig rig, String incarnation) throws Exception {
        try (AuditDatabase books = rig.books()) {
            return (int) books.number("select lane from lane where owner = '" + incarnation + "'");
        }
    }
}
