// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.granary.allocator.allocation.LeadershipLostException;
import io.granary.allocator.store.Books;
import io.granary.allocator.store.Books.SkuFigures;
import io.granary.allocator.store.Reconcile;
import io.granary.allocator.store.SqlDeadLetterStore;
import io.granary.allocator.store.SqlStockUpdateStore;
import io.granary.backing.BackingServices;
import io.granary.backing.SharedBacking;
import io.granary.concurrent.ThreadLoop;
import io.granary.log.Append;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqTopic;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import io.granary.stock.StockUpdate.Kind;
import io.granary.stock.StockUpdatePublisher;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StockUpdatesIT {
    private static final Sku SKU = new Sku("85123A");
    private static final AtomicInteger TOPICS = new AtomicInteger();
    private static final StockUpdateSettings QUICK =
            new StockUpdateSettings(50, Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofMillis(20));

    private final Books books = Books.open();
    private final RocketMqTopic updates = topic(2);
    private final RocketMqTopic deadLetters = topic(1);
    private final StockUpdatePublisher publisher = new StockUpdatePublisher(updates);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ExecutorService executor = Executors.newFixedThreadPool(4);
    private final ThreadLoop loop = ThreadLoop.start("stock-updates");
    private final Set<Sku> changed = ConcurrentHashMap.newKeySet();
    private final List<Set<Sku>> announced = new CopyOnWriteArrayList<>();
    private final List<StockUpdates> started = new ArrayList<>();
    private int published;
    private long term;

    private static RocketMqTopic topic(int queues) {
        BackingServices services = SharedBacking.services();
        String name = "stock-update-" + ProcessHandle.current().pid() + "-" + TOPICS.incrementAndGet();
        services.broker().createTopic(name, queues);
        return new RocketMqTopic(
                RocketMqLogSettings.of(services.nameServerAddress(), name).withLagLimit(Duration.ofSeconds(1)));
    }

    @AfterEach
    void close() {
        started.forEach(running -> running.stop().join());
        loop.close();
        executor.shutdown();
        updates.close();
        deadLetters.close();
        try {
            assertThat(new Reconcile(books.database()).check()).isEmpty();
        } finally {
            books.close();
        }
    }

    private StockUpdates start() {
        return start(skus -> {
            announced.add(skus);
            return CompletableFuture.completedFuture(null);
        });
    }

    private StockUpdates start(BeforeRestock beforeRestock) {
        return start(beforeRestock, QUICK);
    }

    private StockUpdates start(BeforeRestock beforeRestock, StockUpdateSettings settings) {
        SqlStockUpdateStore store = new SqlStockUpdateStore(books.database().transactions(), executor, 8);
        StockUpdates running = new StockUpdates(
                loop,
                executor,
                updates,
                deadLetters,
                store,
                settings,
                beforeRestock,
                changed::addAll,
                new MeterScope(meters));
        started.add(running);
        running.start(term);
        return running;
    }

    private void publish(StockUpdate update) {
        await().until(() -> publisher.publish(update).join() instanceof Append.Stored);
        published++;
    }

    private void publish(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        await().until(() -> updates.publish(SKU.code(), body).join() instanceof Append.Stored);
        published++;
    }

    private static StockUpdate restock(String id, long units) {
        return new StockUpdate(id, Kind.RESTOCK, SKU, units);
    }

    private static StockUpdate adjust(String id, long units) {
        return new StockUpdate(id, Kind.ADJUST, SKU, units);
    }

    private void awaitAllDone() {
        await().until(
                        () -> books.number("select coalesce(sum(next_position), 0) from stock_update_position"),
                        position -> position == published);
    }

    private List<JsonNode> deadLetters() {
        List<JsonNode> letters = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        long next = 0;
        while (deadLetters.read(0, next, Duration.ofMillis(500)).join() instanceof Read.Records found) {
            for (LaneRecord record : found.records()) {
                try {
                    letters.add(json.readTree(record.body()));
                } catch (IOException e) {
                    throw new AssertionError("a dead letter is JSON", e);
                }
                next = record.offset() + 1;
            }
        }
        return letters;
    }

    /** What is published is not visible at once. */
    private List<JsonNode> deadLetters(int count) {
        return await().until(this::deadLetters, letters -> letters.size() >= count);
    }

    private List<String> deadReasons(int count) {
        return deadLetters(count).stream()
                .map(letter -> letter.get("reason").textValue())
                .toList();
    }

    private double count(String meter) {
        return meters.counter("granary.stock.updates." + meter).count();
    }

    @Test
    void restocksAndCorrectionsChangeTheStock() {
        start();
        publish(new StockUpdate("1", Kind.RESTOCK, SKU, 100, 4));
        publish(restock("2", 50));
        publish(adjust("3", -30));
        publish(adjust("4", 5));
        awaitAllDone();
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(125, 0, 125, 155, 0, 30));
        assertThat(books.number("select slots from sku")).isEqualTo(4);
        assertThat(books.texts("select update_id, outcome from stock_update order by update_id"))
                .containsExactly("1", "APPLIED", "2", "APPLIED", "3", "APPLIED", "4", "APPLIED");
        await().until(() -> changed.contains(SKU));
        assertThat(announced).isNotEmpty().allMatch(skus -> skus.equals(Set.of(SKU)));
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void aNewSkuGetsTheDefaultNumberOfSlots() {
        start();
        publish(restock("1", 100));
        awaitAllDone();
        assertThat(books.number("select slots from sku")).isEqualTo(8);
    }

    @Test
    void anUpdateThatComesAgainIsAppliedOnce() {
        publish(restock("1", 100));
        publish(restock("1", 100));
        start();
        awaitAllDone();
        publish(restock("1", 100));
        awaitAllDone();
        assertThat(books.figures(SKU).received()).isEqualTo(100);
        await().until(() -> count("repeated") == 2);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void anIdThatComesWithAnotherContentIsDead() {
        publish(restock("1", 100));
        publish(restock("1", 200));
        start();
        publish(adjust("1", 5));
        awaitAllDone();
        assertThat(books.figures(SKU).received()).isEqualTo(100);
        assertThat(deadReasons(2))
                .hasSize(2)
                .containsOnly("updateId: '1' (expected: another one; it was used for another update)");
        assertThat(books.texts("select update_id, outcome from stock_update")).containsExactly("1", "APPLIED");
    }

    @Test
    void aCorrectionBelowTheInventoryIsDeadAndSaysWhatThePoolHolds() {
        books.addSku(SKU, 1, 100);
        PartitionId partition = new PartitionId(SKU, 0);
        books.own(partition, 1, "node", 0);
        books.grant(partition, 70);
        start();
        publish(adjust("1", -31));
        publish(adjust("2", -30));
        publish(adjust("1", -31));
        awaitAllDone();
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(0, 70, 70, 100, 0, 30));
        assertThat(deadReasons(2))
                .hasSize(2)
                .containsOnly(
                        "units: -31 of 85123A (expected: -30 or more, the inventory; partitions hold another 70)");
        assertThat(books.texts("select outcome from stock_update order by update_id"))
                .containsExactly("DEAD", "APPLIED");
    }

    @Test
    void whatIsMalformedIsDeadAndHoldsUpNothing() {
        publish(restock("1", 10));
        publish("{\"updateId\": ");
        publish("{\"updateId\":\"2\",\"kind\":\"GIVE\",\"sku\":\"85123A\",\"units\":1}");
        publish(adjust("3", 1));
        publish(new StockUpdate("4", Kind.ADJUST, new Sku("stranger"), 1));
        start();
        awaitAllDone();
        assertThat(books.figures(SKU).received()).isEqualTo(11);
        List<JsonNode> letters = deadLetters(3);
        assertThat(letters).hasSize(3);
        assertThat(letters.get(0).get("original").textValue()).isEqualTo("{\"updateId\": ");
        assertThat(letters.get(0).get("offset").longValue()).isEqualTo(1);
        assertThat(deadReasons(3))
                .anyMatch(reason -> reason.startsWith("body: '{\"updateId\": '"))
                .contains("kind: 'GIVE' (expected: RESTOCK, ADJUST, RELEASE or CONFIRM)")
                .contains("sku: 'stranger' (expected: one that was restocked before)");
        assertThat(books.texts("select update_id from stock_update where outcome = 'DEAD' order by update_id"))
                .containsExactly("2", "4");
        await().until(() -> count("dead") == 3);
    }

    private DeadLetters kept() {
        return new DeadLetters(new SqlDeadLetterStore(books.database().transactions()), updates);
    }

    private List<KeptLetter> keptLetters() {
        return kept().store().latest(Long.MAX_VALUE, 100);
    }

    private void replay(KeptLetter letter, Optional<String> corrected) {
        assertThat(kept().replay(letter, corrected, "ada").join()).isTrue();
        published++;
    }

    @Test
    void aDeadLetterThatIsReplayedIsAppliedOnceItsReasonIsGone() {
        publish(new StockUpdate("1", Kind.ADJUST, SKU, 5));
        start();
        awaitAllDone();
        assertThat(keptLetters()).singleElement().satisfies(kept -> {
            assertThat(kept.updateId()).isEqualTo("1");
            assertThat(kept.letter().reason()).isEqualTo("sku: '85123A' (expected: one that was restocked before)");
            assertThat(kept.replays()).isZero();
        });
        replay(keptLetters().get(0), Optional.empty());
        awaitAllDone();
        assertThat(keptLetters()).as("the reason still stands").hasSize(2);

        publish(restock("2", 10));
        replay(keptLetters().get(0), Optional.empty());
        replay(keptLetters().get(1), Optional.empty());
        awaitAllDone();
        assertThat(books.figures(SKU).received()).isEqualTo(15);
        assertThat(keptLetters()).extracting(KeptLetter::replays).containsExactly(1, 2);
        assertThat(keptLetters()).extracting(KeptLetter::replayedBy).containsOnly("ada");
    }

    @Test
    void aDeadLetterThatIsMalformedNeedsACorrectedDocument() {
        publish("{\"updateId\":\"1\",\"kind\":\"RESTOCK\",\"sku\":\"85123A\",\"units\":\"ten\"}");
        start();
        awaitAllDone();
        KeptLetter letter = keptLetters().get(0);
        assertThatThrownBy(() -> kept().replay(letter, Optional.empty(), "ada"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "units: \"ten\" (expected: a whole number to 1000000000000); it needs a corrected document");
        String corrected = restock("1", 10).toJson();
        replay(letter, Optional.of(corrected));
        awaitAllDone();
        assertThat(books.figures(SKU).received()).isEqualTo(10);
        assertThat(keptLetters().get(0).replayedAs()).isEqualTo(corrected);
        replay(letter, Optional.of(corrected));
        awaitAllDone();
        assertThat(books.figures(SKU).received()).isEqualTo(10);
    }

    @Test
    void aReleaseIsAnnouncedAsItAddsUnits() {
        books.addSku(SKU, 1, 100);
        start();
        publish(new StockUpdate("1", Kind.RELEASE, SKU, RequestId.of("order")));
        publish("{\"updateId\":\"2\",\"kind\":\"CONFIRM\",\"sku\":\"85123A\",\"order\":\"order\"}");
        awaitAllDone();
        assertThat(announced).containsExactly(Set.of(SKU));
        assertThat(books.number("select state from deduction_mark")).isEqualTo(2);
        assertThat(deadReasons(1))
                .containsExactly("requestId: '" + RequestId.of("order")
                        + "' of 85123A (expected: one that is not released already)");
    }

    @Test
    void anAdjustmentDoesNotMakeASkuKnownEvenIfARestockFollows() {
        publish(adjust("1", 1));
        publish(restock("2", 10));
        start();
        awaitAllDone();
        assertThat(books.figures(SKU).received()).isEqualTo(10);
        assertThat(deadReasons(1)).containsExactly("sku: '85123A' (expected: one that was restocked before)");
    }

    @Test
    void anAnnouncementThatNeverComesHoldsUpARestockForAWhileOnly() {
        start(skus -> new CompletableFuture<>());
        publish(restock("1", 10));
        awaitAllDone();
        assertThat(books.figures(SKU).received()).isEqualTo(10);
        assertThat(count("unannounced")).isEqualTo(1);
    }

    @Test
    void aRestockWaitsForItsAnnouncement() {
        CompletableFuture<Void> announcement = new CompletableFuture<>();
        List<Long> skusThen = new CopyOnWriteArrayList<>();
        BeforeRestock beforeRestock = skus -> {
            var unused = executor.submit(() -> {
                skusThen.add(books.number("select count(*) from sku"));
                announcement.complete(null);
            });
            return announcement;
        };
        start(
                beforeRestock,
                new StockUpdateSettings(50, Duration.ofMillis(200), Duration.ofSeconds(30), Duration.ofMillis(20)));
        publish(restock("1", 10));
        awaitAllDone();
        assertThat(skusThen).containsExactly(0L);
    }

    @Test
    void twoThatBelieveThatTheyLeadApplyEverythingOnce() {
        start();
        start();
        for (int i = 0; i < 100; i++) {
            publish(restock("r" + i % 80, 1 + i % 80));
            if (i == 50) {
                started.get(0).start(term);
            }
        }
        awaitAllDone();
        assertThat(books.figures(SKU).received()).isEqualTo(80 * 81 / 2);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void aLeaderWhoseTermIsOverAppliesNothingThatOnlyItHasAnnounced() {
        CompletableFuture<Void> announcement = new CompletableFuture<>();
        StockUpdates deposed = start(
                skus -> {
                    announced.add(skus);
                    return announcement;
                },
                new StockUpdateSettings(50, Duration.ofMillis(200), Duration.ofSeconds(30), Duration.ofMillis(20)));
        publish(restock("1", 10));
        await().until(() -> announced.size() == 1);
        books.update("update leader_term set term = term + 1");
        term++;
        announcement.complete(null);
        // It gives up: nobody tells it to stop.
        await().until(() -> changed.contains(SKU));
        assertThat(books.numbers("select id from sku")).isEmpty();
        assertThat(books.number("select sum(next_position) from stock_update_position"))
                .isZero();

        start();
        awaitAllDone();
        assertThat(announced).hasSize(2);
        assertThat(books.figures(SKU).received()).isEqualTo(10);
        deposed.stop().join();
        assertThat(count("repeated") + count("faults")).isZero();
    }

    @Test
    void theBooksRefuseEveryWriteOfAnEarlierTerm() {
        SqlStockUpdateStore store = new SqlStockUpdateStore(books.database().transactions(), executor, 8);
        store.position(0).join();
        books.update("update leader_term set term = 5");
        ReadUpdate dead = new ReadUpdate.Malformed("bad", "why", 7);
        UpdateBatch batch = new UpdateBatch(0, 0, List.of(dead), Map.of(0, "why"));
        List<Function<Long, CompletableFuture<?>>> writes = List.of(
                ofTerm -> store.condemn(ofTerm, batch, List.of()),
                ofTerm -> store.apply(ofTerm, batch),
                ofTerm -> store.moveTo(ofTerm, 0, 1, 9));
        for (Function<Long, CompletableFuture<?>> write : writes) {
            assertThatThrownBy(() -> write.apply(4L).join()).hasCauseInstanceOf(LeadershipLostException.class);
        }
        assertThat(books.number("select next_position from stock_update_position"))
                .isZero();
        assertThat(books.number("select count(*) from stock_update")).isZero();
        writes.forEach(write -> write.apply(5L).join());
        assertThat(books.number("select next_position from stock_update_position"))
                .isEqualTo(9);
        assertThat(books.texts("select outcome from stock_update")).containsExactly("DEAD");
    }

    @Test
    void itGoesOnWhereItWasWhenItIsStoppedAndStarted() {
        StockUpdates first = start();
        publish(restock("1", 10));
        awaitAllDone();
        first.stop().join();
        publish(restock("2", 20));
        assertThat(books.figures(SKU).received()).isEqualTo(10);
        first.start(term);
        awaitAllDone();
        assertThat(books.figures(SKU).received()).isEqualTo(30);
        assertThat(count("repeated")).isZero();
    }
}
