// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.granary.model.RequestId;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * The whole client against a {@link RandomCluster}, seed by seed. Run more seeds with {@code -Dgranary.seeds=N}, one of
 * them with {@code -Dgranary.seed=S}.
 */
class ClientRandomTest {
    private static final long SEEDS = Long.getLong("granary.seeds", 300);

    /** One call, with all that its caller knows. */
    private record Told(RequestId id, int quantity, Duration deadline, CompletableFuture<DeductionResult> future) {}

    @Test
    void whatCallersAreToldIsTrueAndTheLastUnitIsSold() {
        Long one = Long.getLong("granary.seed");
        Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
        for (long seed = one == null ? 1 : one; seed <= (one == null ? SEEDS : one); seed++) {
            try {
                new Run(seed).run(outcomes);
            } catch (AssertionError | RuntimeException e) {
                fail("seed " + seed + " (again with -Dgranary.seed=" + seed + "): " + e.getMessage(), e);
            }
        }
        // A test that never meets an outcome says nothing of it.
        if (one == null) {
            assertThat(outcomes.keySet())
                    .contains(
                            Outcome.DEDUCTED,
                            Outcome.CONFLICT,
                            Outcome.UNKNOWN,
                            Outcome.SOLD_OUT,
                            Outcome.INSUFFICIENT,
                            Outcome.THROTTLED,
                            Outcome.UNAVAILABLE);
        }
    }

    private static final class Run {
        final Random random;
        final ManualLoop loop = new ManualLoop();
        final RandomCluster cluster;
        final GranaryClient client;
        final List<Told> calls = new ArrayList<>();
        long ids;

        Run(long seed) {
            random = new Random(seed);
            cluster = new RandomCluster(loop, random);
            client = GranaryClient.on(
                    loop, cluster, cluster, settings(), new RequestId(seed, 1), new SimpleMeterRegistry());
            cluster.start();
        }

        ClientSettings settings() {
            return new ClientSettings(
                    64,
                    1 + random.nextInt(40),
                    Duration.ofMillis(2),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(300),
                    Duration.ofSeconds(1));
        }

        void run(Map<Outcome, Integer> outcomes) {
            for (int i = 0; i < 150; i++) {
                loop.pass(Duration.ofNanos(1_000_000L * random.nextInt(20)));
                for (int k = random.nextInt(4); k > 0; k--) {
                    call(new RequestId(0, ids++), 1 + random.nextInt(3));
                }
                if (!calls.isEmpty() && random.nextInt(10) == 0) {
                    Told again = calls.get(random.nextInt(calls.size()));
                    call(again.id, random.nextInt(10) == 0 ? again.quantity + 1 : again.quantity);
                }
            }
            cluster.heal();
            loop.pass(Duration.ofSeconds(5));
            assertThat(calls).allMatch(call -> call.future.isDone());
            while (cluster.left() > 0) {
                int before = calls.size();
                for (int i = 0; i < 20; i++) {
                    call(new RequestId(0, ids++), 1);
                }
                loop.pass(Duration.ofSeconds(3));
                List<Told> last = calls.subList(before, calls.size());
                assertThat(last).allMatch(call -> call.future.isDone());
                assertThat(last)
                        .as("progress after the faults, with %s", cluster)
                        .anyMatch(call -> call.future.join().isDeducted());
            }
            loop.pass(Duration.ofSeconds(1));
            call(new RequestId(0, ids++), 1, Duration.ofSeconds(1));
            loop.pass(Duration.ofSeconds(1));
            assertThat(calls.get(calls.size() - 1).future.join().outcome()).isEqualTo(Outcome.SOLD_OUT);
            CompletableFuture<Void> closed = client.closeAsync();
            loop.pass(Duration.ofSeconds(2));
            assertThat(closed).isCompleted();
            check(outcomes);
        }

        void call(RequestId id, int quantity) {
            call(id, quantity, Duration.ofMillis(List.of(5, 50, 500, 2_000).get(random.nextInt(4))));
        }

        void call(RequestId id, int quantity, Duration deadline) {
            long begun = loop.nanoTime();
            Told call = new Told(id, quantity, deadline, client.deduct(RandomCluster.SKU, id, quantity, deadline));
            calls.add(call);
            var unused = call.future.thenAccept(result -> {
                long took = loop.nanoTime() - begun;
                assertThat(took).isLessThan(deadline.plusMillis(3).toNanos());
                if (result.outcome() == Outcome.SOLD_OUT) {
                    assertThat(cluster.wasSoldOutSince(begun)).isTrue();
                }
                if (result.isDeducted()) {
                    assertThat(stored(id)).as("%s was deducted", id).contains(quantity);
                }
            });
            checks.add(unused);
        }

        final List<CompletableFuture<Void>> checks = new ArrayList<>();

        List<Integer> stored(RequestId id) {
            List<Integer> found = new ArrayList<>();
            for (RandomCluster.Partition partition : cluster.partitions) {
                Integer quantity = partition.stored.get(id);
                if (quantity != null) {
                    found.add(quantity);
                }
            }
            return found;
        }

        void check(Map<Outcome, Integer> outcomes) {
            checks.forEach(CompletableFuture::join);
            for (Told call : calls) {
                outcomes.merge(call.future.join().outcome(), 1, Integer::sum);
                List<Told> same =
                        calls.stream().filter(other -> other.id.equals(call.id)).toList();
                List<Integer> stored = stored(call.id);
                if (same.size() == 1) {
                    assertThat(stored).as("slots that deducted %s", call.id).hasSizeLessThanOrEqualTo(1);
                }
                if (same.stream()
                        .allMatch(other -> other.future.join().outcome().isRefusal()
                                && other.future.join().outcome() != Outcome.CONFLICT)) {
                    assertThat(stored).as("%s was refused: %s", call.id, same).isEmpty();
                }
                if (call.future.join().outcome() == Outcome.CONFLICT) {
                    assertThat(stored).anyMatch(quantity -> quantity != call.quantity);
                }
            }
            assertThat(cluster.partitions.stream()
                            .flatMap(partition -> partition.stored.values().stream())
                            .mapToLong(quantity -> quantity)
                            .sum())
                    .isEqualTo(cluster.received);
        }
    }
}
