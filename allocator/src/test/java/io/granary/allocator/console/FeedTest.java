// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.granary.allocator.control.LeaderLook;
import io.granary.allocator.settlement.Lag;
import io.granary.allocator.store.Holdings;
import io.granary.allocator.store.SqlViews;
import io.granary.api.Overview;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.api.RebalanceView;
import io.granary.api.SkuPage;
import io.granary.api.SkuView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FeedTest {
    private final Books books = new Books();
    private final List<Feed.Reading> readings = new CopyOnWriteArrayList<>();
    private final Feed feed = new Feed("allocator-1", books, 1, reading -> {
        if (reading != null) {
            readings.add(reading);
        }
    });

    @BeforeEach
    void begin() {
        feed.begin();
    }

    @AfterEach
    void close() {
        feed.close();
    }

    /** Books of two SKUs, of which one sells. */
    private static final class Books implements Sources {
        volatile boolean leads = true;
        volatile boolean away;
        volatile long sold = 10;
        volatile boolean frozen;
        volatile int reads;

        @Override
        public boolean leads() {
            return leads;
        }

        @Override
        public CompletableFuture<LeaderLook> look() {
            return CompletableFuture.failedFuture(new IllegalStateException("busy"));
        }

        @Override
        public synchronized SkuPage skus(int limit) {
            if (away) {
                throw new IllegalStateException("away");
            }
            reads++;
            return new SkuPage(List.of(view("QUIET", 0), view("SELLS", sold)), null);
        }

        private SkuView view(String sku, long sold) {
            return new SkuView(sku, SkuView.State.SELLING, frozen, 1, 50, 1_000 - sold, 1_050 - sold, 1_050, sold, 0);
        }

        @Override
        public List<Holdings> holdings() {
            return List.of();
        }

        @Override
        public List<RebalanceView> openRebalances(int limit) {
            Instant then = Instant.parse("2026-11-22T00:00:00Z");
            return List.of(new RebalanceView(
                    7,
                    RebalanceKind.EVEN,
                    RebalanceState.RUNNING,
                    "SELLS",
                    null,
                    null,
                    null,
                    null,
                    "ann",
                    then,
                    then,
                    2,
                    100,
                    40,
                    null,
                    null));
        }

        @Override
        public List<String> stoppedLanes() {
            return List.of("lane 3: the log has lost records");
        }

        @Override
        public SqlViews.Halts halts() {
            return new SqlViews.Halts(1, List.of("hot/2: halted, 40 units are locked: it jumped to seq 3"));
        }

        @Override
        public int drifts() {
            return 0;
        }

        @Override
        public Lag lag() {
            return new Lag(2, 1_500);
        }

        @Override
        public List<Overview.AllocatorFigures> allocators() {
            return List.of(new Overview.AllocatorFigures("allocator-1", true, "127.0.0.1:1"));
        }
    }

    private static final class Hearer implements Feed.Listener {
        final List<JsonNode> events = new CopyOnWriteArrayList<>();
        volatile boolean ended;
        volatile boolean full;

        @Override
        public boolean onState(String json) {
            if (full) {
                return false;
            }
            try {
                events.add(new ObjectMapper().readTree(json));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
            return true;
        }

        @Override
        public void onEnd() {
            ended = true;
        }
    }

    private static List<String> codes(JsonNode event) {
        List<String> codes = new ArrayList<>();
        event.get("skus").forEach(sku -> codes.add(sku.get(0).textValue()));
        return codes;
    }

    @Test
    void aListenerHearsAllFirstAndThenWhatChanges() {
        Hearer hearer = new Hearer();
        assertThat(feed.join(hearer)).isTrue();
        await().until(() -> hearer.events.size() == 1);
        books.sold = 40;
        await().until(() -> hearer.events.size() >= 2);

        JsonNode first = hearer.events.get(0);
        assertThat(first.get("full").booleanValue()).isTrue();
        assertThat(codes(first)).containsExactly("QUIET", "SELLS");
        assertThat(first.get("history")).isNotEmpty();
        assertThat(first.get("totals").get("sold").longValue()).isEqualTo(10);
        assertThat(first.get("settlement").get("seconds").doubleValue()).isEqualTo(1.5);
        assertThat(first.get("alarms").findValuesAsText("title"))
                .containsExactly("Settlement has stopped at lane 3", "A partition is halted", "The leader is busy");
        JsonNode second = hearer.events.get(1);
        assertThat(second.get("full").booleanValue()).isFalse();
        assertThat(codes(second)).containsExactly("SELLS");
        assertThat(second.has("history")).isFalse();
        assertThat(second.get("totals").get("perSecond").doubleValue()).isPositive();
        assertThat(feed.history("SELLS").points()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void aListenerHearsOfRebalancesAndOfWhatIsFrozen() {
        Hearer hearer = new Hearer();
        feed.join(hearer);
        await().until(() -> hearer.events.size() == 1);
        books.frozen = true;
        await().until(() -> hearer.events.stream()
                .anyMatch(event ->
                        codes(event).contains("QUIET") && !event.get("full").booleanValue()));

        JsonNode first = hearer.events.get(0);
        assertThat(first.at("/skus/0/9").booleanValue()).isFalse();
        assertThat(first.at("/totals/frozen").intValue()).isZero();
        assertThat(first.at("/rebalances/0/kind").textValue()).isEqualTo("EVEN");
        assertThat(first.at("/rebalances/0/moved").longValue()).isEqualTo(40);
        JsonNode last = hearer.events.get(hearer.events.size() - 1);
        assertThat(last.at("/skus/0/9").booleanValue()).isTrue();
        assertThat(last.at("/totals/frozen").intValue()).isEqualTo(2);
        assertThat(last.at("/rebalances/0/id").longValue()).isEqualTo(7);
    }

    @Test
    void oneReadingServesAllListeners() {
        List<Hearer> hearers = new ArrayList<>();
        for (int i = 0; i < Feed.MOST_LISTENERS; i++) {
            Hearer hearer = new Hearer();
            hearers.add(hearer);
            assertThat(feed.join(hearer)).isTrue();
        }
        assertThat(feed.join(new Hearer())).as("one more than there may be").isFalse();
        await().until(() -> hearers.stream().allMatch(hearer -> hearer.events.size() >= 2));

        assertThat(books.reads).isLessThan(8);
        assertThat(readings.get(0).busiest()).hasSize(1);
    }

    @Test
    void whoDoesNotKeepUpIsDroppedAndAnotherMayCome() {
        Hearer slow = new Hearer();
        feed.join(slow);
        await().until(() -> !slow.events.isEmpty());
        slow.full = true;
        Hearer other = new Hearer();
        feed.join(other);
        await().until(() -> other.events.size() >= 2);
        slow.full = false;
        int heard = slow.events.size();
        int now = other.events.size();
        await().until(() -> other.events.size() > now);

        assertThat(slow.events).hasSize(heard);
    }

    @Test
    void withoutTheBooksItSaysSo() {
        books.away = true;
        Hearer hearer = new Hearer();
        feed.join(hearer);
        await().until(() -> !hearer.events.isEmpty());

        assertThat(hearer.events.get(0).get("alarms").findValuesAsText("title")).contains("The books do not answer");
    }

    @Test
    void whenAnotherLeadsListenersAreSentAway() {
        Hearer hearer = new Hearer();
        feed.join(hearer);
        await().until(() -> !hearer.events.isEmpty());

        books.leads = false;

        await().until(() -> hearer.ended);
    }
}
