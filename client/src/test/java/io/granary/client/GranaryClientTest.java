// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static io.granary.client.ScriptedRoutes.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.registry.SkuState;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The whole client on one thread: what it sends when, to whom, and what callers hear. */
class GranaryClientTest {
    private static final Sku SKU = new Sku("sku-1");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MS = Duration.ofMillis(1);
    private static final RequestId SESSION = new RequestId(11, 12);

    private final ManualLoop loop = new ManualLoop();
    private final ScriptedRoutes routes = new ScriptedRoutes();
    private final ScriptedNet net = new ScriptedNet();
    private SimpleMeterRegistry metrics;
    private GranaryClient client = client(ClientSettings.defaults());
    private final List<CompletableFuture<DeductionResult>> unheard = new ArrayList<>();
    private long ids;

    private GranaryClient client(ClientSettings settings) {
        metrics = new SimpleMeterRegistry();
        return GranaryClient.on(loop, routes, net, settings, SESSION, metrics);
    }

    private static ClientSettings settings(int maxCalls, int window) {
        ClientSettings defaults = ClientSettings.defaults();
        return new ClientSettings(
                maxCalls,
                window,
                defaults.backoffMin(),
                defaults.backoffMax(),
                defaults.reconnectMax(),
                defaults.welcomeTimeout(),
                defaults.closeTimeout());
    }

    private CompletableFuture<DeductionResult> deduct() {
        return deduct(SKU, SECOND);
    }

    private CompletableFuture<DeductionResult> deduct(Sku sku, Duration deadline) {
        return client.deduct(sku, new RequestId(0, ids++), 1, deadline);
    }

    /** A request that asks slot 0 of two first. */
    private CompletableFuture<DeductionResult> deductAtSlot0() {
        while (Rendezvous.score(Rendezvous.hash(0, ids), 0) < Rendezvous.score(Rendezvous.hash(0, ids), 1)) {
            ids++;
        }
        return deduct();
    }

    private static Outcome outcome(CompletableFuture<DeductionResult> future) {
        assertThat(future).isCompleted();
        return future.join().outcome();
    }

    /** One slot on node a, its link welcomed. */
    private ScriptedNet.End oneSlot() {
        routes.node("a", "a:1");
        routes.publish(SKU, SkuState.SELLING, 1, at(0, 1, "a"));
        CompletableFuture<DeductionResult> first = deduct();
        loop.run();
        ScriptedNet.End a = net.to("a:1");
        a.welcome();
        loop.run();
        a.allDeducted(a.deduct());
        loop.run();
        assertThat(outcome(first)).isEqualTo(Outcome.DEDUCTED);
        return a;
    }

    /** Two slots, 0 on node a and 1 on node b, both links welcomed. */
    private void twoSlots() {
        routes.node("a", "a:1");
        routes.node("b", "b:1");
        routes.publish(SKU, SkuState.SELLING, 2, at(0, 1, "a"), at(1, 1, "b"));
        List<CompletableFuture<DeductionResult>> first = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            first.add(deduct());
        }
        loop.run();
        for (ScriptedNet.End end : List.copyOf(net.links)) {
            end.welcome();
            loop.run();
            end.allDeducted(end.deduct());
            loop.run();
        }
        assertThat(net.links).hasSize(2);
        assertThat(first).allMatch(future -> future.join().isDeducted());
    }

    @Nested
    class Streams {
        @Test
        void aStreamOpensWithSessionAndGenerationAndNothingFollowsBeforeTheWelcome() {
            routes.node("a", "a:1");
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 7, "a"));
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            ScriptedNet.End a = net.to("a:1");
            assertThat(a.received).containsExactly(new ClientFrame.Open(11, 12, 1));
            a.welcome();
            loop.run();
            ClientFrame.Deduct frame = a.deduct();
            assertThat(frame.groups()).singleElement().satisfies(group -> {
                assertThat(group.partition()).isEqualTo(new PartitionId(SKU, 0));
                assertThat(group.epoch()).isEqualTo(7);
                assertThat(group.entries().low(0)).isZero();
                assertThat(group.entries().quantity(0)).isEqualTo(1);
            });
            a.allDeducted(frame);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void aBrokenStreamIsOpenedAgainWithTheNextGenerationAndTheSameSlotIsAsked() {
            twoSlots();
            CompletableFuture<DeductionResult> future = deductAtSlot0();
            loop.run();
            ClientFrame.Deduct sent = net.to("a:1").deduct();
            net.to("a:1").listener.onBroken("cut");
            loop.run();
            ScriptedNet.End again = net.to("a:1");
            assertThat(again.received).containsExactly(new ClientFrame.Open(11, 12, 3));
            again.welcome();
            loop.run();
            ClientFrame.Deduct retry = again.deduct();
            assertThat(retry.groups())
                    .extracting(ClientFrame.Group::partition)
                    .containsExactly(new PartitionId(SKU, 0));
            assertThat(retry.groups().get(0).entries())
                    .isEqualTo(sent.groups().get(0).entries());
            again.allDeducted(retry);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
            assertThat(net.to("b:1").received).isEmpty();
        }

        @Test
        void aStreamThatIsNotWelcomedInTimeIsGivenUp() {
            routes.node("a", "a:1");
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 1, "a"));
            CompletableFuture<DeductionResult> future = deduct(SKU, Duration.ofSeconds(10));
            loop.run();
            ScriptedNet.End a = net.to("a:1");
            loop.pass(Duration.ofSeconds(4));
            assertThat(a.closed).isTrue();
            assertThat(net.links).hasSizeGreaterThan(1);
            ScriptedNet.End again = net.to("a:1");
            again.welcome();
            loop.run();
            again.answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void aNodeThatCantBeReachedIsTriedAgainLessAndLessOften() {
            routes.node("a", "a:1");
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 1, "a"));
            CompletableFuture<DeductionResult> future = deduct(SKU, Duration.ofSeconds(20));
            for (int i = 0; i < 10_000; i++) {
                loop.pass(MS);
                net.links.stream().filter(end -> !end.closed).forEach(end -> {
                    end.closed = true;
                    end.listener.onBroken("refused");
                });
            }
            assertThat(net.links).hasSizeBetween(15, 25);
            assertThat(future).isNotDone();
            loop.pass(SECOND.plus(SECOND));
            net.to("a:1").welcome();
            loop.run();
            net.to("a:1").answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void whileANodeCantBeReachedCallsWithNothingOpenAskTheOtherSlot() {
            twoSlots();
            CompletableFuture<DeductionResult> open = deductAtSlot0();
            loop.run();
            net.to("a:1").listener.onBroken("cut");
            loop.run();
            net.to("a:1").listener.onBroken("refused");
            loop.run();
            CompletableFuture<DeductionResult> fresh = deductAtSlot0();
            loop.run();
            net.to("b:1").answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(fresh)).isEqualTo(Outcome.DEDUCTED);
            assertThat(open).isNotDone();
            loop.pass(SECOND.plusMillis(5));
            assertThat(outcome(open)).isEqualTo(Outcome.UNKNOWN);
        }

        @Test
        void whatWasNotSentWhenTheStreamBrokeIsNotOpen() {
            twoSlots();
            net.to("a:1").ready = false;
            CompletableFuture<DeductionResult> future = deductAtSlot0();
            loop.run();
            net.to("a:1").listener.onBroken("cut");
            loop.run();
            net.to("a:1").listener.onBroken("refused");
            loop.run();
            net.to("b:1").answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void aNodeThatLeavesTheRegistryIsAskedUntilItsStreamBreaks() {
            ScriptedNet.End a = oneSlot();
            routes.nodeGone("a");
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
            a.listener.onBroken("cut");
            CompletableFuture<DeductionResult> later = deduct();
            loop.pass(SECOND.plusMillis(5));
            assertThat(net.links).hasSize(1);
            assertThat(outcome(later)).isEqualTo(Outcome.UNAVAILABLE);
        }

        @Test
        void malformedFramesEndTheStream() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.listener.onMessage(new byte[] {99});
            loop.run();
            assertThat(a.closed).isTrue();
            ScriptedNet.End again = net.to("a:1");
            again.welcome();
            loop.run();
            ClientFrame.Deduct retry = again.deduct();
            again.allDeducted(retry);
            again.allDeducted(retry);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
            assertThat(again.closed).isTrue();
        }

        @Test
        void anEntryIsAnsweredOnce() {
            ScriptedNet.End a = oneSlot();
            unheard.add(deduct());
            unheard.add(deduct());
            loop.run();
            ClientFrame.Deduct frame = a.deduct();
            a.listener.onMessage(new io.granary.protocol.NodeFrame.Builder()
                    .answer(1, Answer.DEDUCTED, 0)
                    .build(frame.frameId()));
            loop.run();
            assertThat(a.closed).isFalse();
            a.allDeducted(frame);
            loop.run();
            assertThat(a.closed).isTrue();
        }
    }

    @Nested
    class Frames {
        @Test
        void callsThatComeTogetherTravelTogetherByPartition() {
            twoSlots();
            routes.publish(SKU, SkuState.SELLING, 2, at(0, 1, "a"), at(1, 2, "a"));
            Sku other = new Sku("sku-2");
            routes.publish(other, SkuState.SELLING, 1, at(0, 5, "a"));
            for (int i = 0; i < 30; i++) {
                unheard.add(deduct());
                unheard.add(deduct(other, SECOND));
            }
            loop.run();
            ScriptedNet.End a = net.to("a:1");
            int entries = 0;
            while (!a.received.isEmpty()) {
                ClientFrame.Deduct frame = a.deduct();
                entries += frame.entries();
                assertThat(frame.groups())
                        .extracting(ClientFrame.Group::partition)
                        .doesNotHaveDuplicates();
                a.allDeducted(frame);
                loop.run();
            }
            assertThat(entries).isEqualTo(60);
        }

        @Test
        void aFrameHasAtMostSoManyEntriesAndANodeOwesAtMostAWindow() {
            client = client(settings(100_000, 10_000));
            ScriptedNet.End a = oneSlot();
            for (int i = 0; i < 20_000; i++) {
                unheard.add(deduct());
            }
            loop.run();
            assertThat(a.received)
                    .extracting(frame -> ((ClientFrame.Deduct) frame).entries())
                    .containsExactly(4_096, 4_096, 1_808);
            a.allDeducted(a.deduct());
            loop.run();
            assertThat(a.received)
                    .extracting(frame -> ((ClientFrame.Deduct) frame).entries())
                    .containsExactly(4_096, 1_808, 4_096);
        }

        @Test
        void aLoneCallLeavesAtOnceAndTheMoreIsUnansweredTheMoreIsGathered() {
            ScriptedNet.End a = oneSlot();
            for (int i = 0; i < 64; i++) {
                unheard.add(deduct());
            }
            loop.run();
            assertThat(a.received).hasSize(1);
            for (int i = 0; i < 7; i++) {
                unheard.add(deduct());
                loop.run();
            }
            assertThat(a.received).hasSize(1);
            unheard.add(deduct());
            loop.run();
            assertThat(a.received).hasSize(2);
            unheard.add(deduct());
            loop.run();
            a.allDeducted(a.deduct());
            loop.run();
            assertThat(a.received)
                    .extracting(frame -> ((ClientFrame.Deduct) frame).entries())
                    .containsExactly(8, 1);
        }

        @Test
        void aGroupCarriesHowLongItsCallersWillStillWait() {
            ScriptedNet.End a = oneSlot();
            a.ready = false;
            unheard.add(deduct(SKU, Duration.ofMillis(300)));
            unheard.add(deduct(SKU, Duration.ofMillis(500)));
            unheard.add(deduct(SKU, Duration.ofMillis(400)));
            loop.pass(Duration.ofMillis(100));
            a.ready = true;
            a.listener.onReady();
            loop.run();
            // Up to a ms more, never less: nobody is to be dropped while he waits.
            assertThat(a.deduct().groups())
                    .extracting(ClientFrame.Group::patienceMillis)
                    .containsExactly(401);
        }

        @Test
        void expiredSaysThatTheAttemptDidNothingAndACallThatStillWaitsAsksAgain() {
            twoSlots();
            CompletableFuture<DeductionResult> future = deductAtSlot0();
            loop.run();
            net.to("a:1").answer(Answer.EXPIRED, 0);
            loop.run();
            assertThat(net.to("b:1").received)
                    .as("nothing is open, so another slot may be asked")
                    .isNotEmpty();
            net.to("b:1").answer(Answer.EXPIRED, 0);
            loop.pass(Duration.ofMillis(5));
            net.to("a:1").answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void expiredAtTheDeadlineIsNoUnknown() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct();
            loop.pass(Duration.ofMillis(990));
            a.answer(Answer.EXPIRED, 0);
            loop.pass(Duration.ofMillis(13));
            assertThat(outcome(future)).isEqualTo(Outcome.UNAVAILABLE);
        }

        @Test
        void aLinkThatIsNotReadyGathers() {
            ScriptedNet.End a = oneSlot();
            a.ready = false;
            unheard.add(deduct());
            loop.run();
            unheard.add(deduct());
            loop.run();
            assertThat(a.received).isEmpty();
            a.ready = true;
            a.listener.onReady();
            loop.run();
            assertThat(a.deduct().entries()).isEqualTo(2);
        }
    }

    @Nested
    class Crowds {
        @Test
        void aNodeThatHasStoppedHoldsTwoWindowsOfCallsAndNoMore() {
            client = client(settings(1_000, 100));
            twoSlots();
            for (int i = 0; i < 300; i++) {
                unheard.add(deductAtSlot0());
                loop.run();
                while (!net.to("b:1").received.isEmpty()) {
                    net.to("b:1").answer(Answer.DEDUCTED, 0);
                    loop.run();
                }
            }
            assertThat(unheard).filteredOn(CompletableFuture::isDone).hasSize(100);
            assertThat(net.to("a:1").received.stream()
                            .mapToInt(frame -> ((ClientFrame.Deduct) frame).entries())
                            .sum())
                    .isEqualTo(100);
        }

        @Test
        void whoFindsOnlyCrowdsIsThrottledAtTheDeadlineOrAskedWhenTheyAreGone() {
            client = client(settings(1_000, 16));
            ScriptedNet.End a = oneSlot();
            for (int i = 0; i < 32; i++) {
                unheard.add(deduct(SKU, Duration.ofSeconds(10)));
                loop.run();
            }
            CompletableFuture<DeductionResult> impatient = deduct(SKU, Duration.ofMillis(50));
            CompletableFuture<DeductionResult> patient = deduct(SKU, Duration.ofSeconds(5));
            loop.pass(Duration.ofMillis(60));
            assertThat(outcome(impatient)).isEqualTo(Outcome.THROTTLED);
            for (int i = 0; i < 500; i++) {
                loop.pass(MS);
                while (!a.received.isEmpty()) {
                    a.answer(Answer.DEDUCTED, 0);
                    loop.run();
                }
            }
            assertThat(outcome(patient)).isEqualTo(Outcome.DEDUCTED);
        }
    }

    @Nested
    class Owners {
        @Test
        void whatIsInFlightWhenTheSlotGetsAnotherOwnerGoesThereAtOnce() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            ClientFrame.Deduct old = a.deduct();
            routes.node("b", "b:1");
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 2, "b"));
            loop.run();
            ScriptedNet.End b = net.to("b:1");
            b.welcome();
            loop.run();
            ClientFrame.Deduct retry = b.deduct();
            assertThat(retry.groups().get(0).epoch()).isEqualTo(2);
            a.answer(old, Answer.INSUFFICIENT, 0);
            loop.run();
            assertThat(future).isNotDone();
            b.allDeducted(retry);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
            assertThat(a.closed).isFalse();
        }

        @Test
        void aLateDeductedOfTheFormerOwnerIsTrue() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            routes.node("b", "b:1");
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 2, "b"));
            loop.run();
            a.answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
            ScriptedNet.End b = net.to("b:1");
            b.welcome();
            loop.run();
            assertThat(b.received).isEmpty();
        }

        @Test
        void whatIsQueuedWhenTheSlotGetsAnotherOwnerGoesThere() {
            ScriptedNet.End a = oneSlot();
            a.ready = false;
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            routes.node("b", "b:1");
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 2, "b"));
            loop.run();
            net.to("b:1").welcome();
            loop.run();
            net.to("b:1").answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
            assertThat(a.received).isEmpty();
        }

        @Test
        void anEntryThatAReplacedOwnerLeftBehindIsPassedOver() {
            ScriptedNet.End a = oneSlot();
            routes.node("b", "b:1");
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 2, "b"));
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 1, "a"));
            CompletableFuture<DeductionResult> future = deduct();
            loop.pass(SECOND.plusMillis(5));
            assertThat(a.received).isEmpty();
            assertThat(outcome(future)).isEqualTo(Outcome.UNAVAILABLE);
        }

        @Test
        void anOpenAttemptIsAskedOfAnOwnerThatDeregistered() {
            twoSlots();
            CompletableFuture<DeductionResult> future = deductAtSlot0();
            loop.run();
            routes.publish(SKU, SkuState.SOLD_OUT, 2);
            net.to("a:1").listener.onBroken("cut");
            loop.run();
            net.to("a:1").welcome();
            loop.run();
            net.to("a:1").answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void aCallThatWasNotSentLeavesASlotThatDeregistered() {
            twoSlots();
            net.to("a:1").ready = false;
            CompletableFuture<DeductionResult> future = deductAtSlot0();
            loop.run();
            routes.publish(SKU, SkuState.SELLING, 2, at(1, 1, "b"));
            loop.run();
            net.to("b:1").answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void notOwnerWithALaterEpochIsARouteToIt() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.NOT_OWNER, 3);
            loop.run();
            // Nothing was open, so the round was over and the call had to wait for the next.
            loop.pass(Duration.ofMillis(5));
            ClientFrame.Deduct retry = a.deduct();
            assertThat(retry.groups().get(0).epoch()).isEqualTo(3);
            a.allDeducted(retry);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void notOwnerWithoutOneLeadsToTheNextSlotAndTheSlotIsLeftAloneForAWhile() {
            twoSlots();
            CompletableFuture<DeductionResult> future = deductAtSlot0();
            loop.run();
            net.to("a:1").answer(Answer.NOT_OWNER, 0);
            loop.run();
            net.to("b:1").answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
            unheard.add(deductAtSlot0());
            loop.run();
            assertThat(net.to("a:1").received).isEmpty();
            assertThat(net.to("b:1").received).hasSize(1);
            loop.pass(Duration.ofMillis(100));
            unheard.add(deductAtSlot0());
            loop.run();
            assertThat(net.to("a:1").received).hasSize(1);
        }

        @Test
        void withAnAttemptOpenNotOwnerLeadsToTheSameSlot() {
            twoSlots();
            CompletableFuture<DeductionResult> future = deductAtSlot0();
            loop.run();
            net.to("a:1").answer(Answer.UNKNOWN, 0);
            loop.pass(Duration.ofMillis(5));
            net.to("a:1").answer(Answer.NOT_OWNER, 0);
            loop.pass(Duration.ofMillis(500));
            assertThat(net.to("b:1").received).isEmpty();
            routes.publish(SKU, SkuState.SELLING, 2, at(0, 2, "b"), at(1, 1, "b"));
            loop.run();
            ClientFrame.Deduct retry = net.to("b:1").deduct();
            assertThat(retry.groups().get(0).partition().slot()).isZero();
            net.to("b:1").answer(retry, Answer.INSUFFICIENT, 0);
            loop.run();
            retry = net.to("b:1").deduct();
            assertThat(retry.groups().get(0).partition().slot()).isEqualTo(1);
            net.to("b:1").allDeducted(retry);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void nobodyButTheOwnerIsWaitedForWhenOneSlotHasNone() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.NOT_OWNER, 0);
            loop.run();
            routes.node("b", "b:1");
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 2, "b"));
            loop.run();
            net.to("b:1").welcome();
            loop.run();
            net.to("b:1").answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }
    }

    /** What a node must remember so that its refusal proves something. */
    @Nested
    class Memory {
        private List<Integer> ages(ClientFrame.Deduct frame) {
            return frame.groups().stream().map(ClientFrame.Group::ageMillis).toList();
        }

        @Test
        void onlyCallsWithAnAttemptOpenHaveAnAgeAndAGroupOfTheirOwn() {
            ScriptedNet.End a = oneSlot();
            unheard.add(deduct(SKU, Duration.ofMinutes(1)));
            loop.run();
            assertThat(ages(a.deduct())).containsExactly(0);
            loop.pass(Duration.ofSeconds(5));
            unheard.add(deduct(SKU, Duration.ofMinutes(1)));
            a.listener.onBroken("cut");
            loop.run();
            ScriptedNet.End again = net.to("a:1");
            again.welcome();
            loop.run();
            ClientFrame.Deduct retries = again.deduct();
            assertThat(ages(retries)).hasSize(2).contains(0);
            // 5 s, and as long as an answer may take: a quarter of a second, as they came at once so far.
            assertThat(ages(retries))
                    .filteredOn(age -> age > 0)
                    .singleElement()
                    .satisfies(age -> assertThat(age).isBetween(5_250, 5_500));
        }

        @Test
        void whoIsRefusedForAnOpenAttemptIsAsGoodAsNew() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct(SKU, Duration.ofMinutes(1));
            loop.run();
            a.answer(Answer.UNKNOWN, 0);
            loop.pass(Duration.ofMillis(5));
            ClientFrame.Deduct retry = a.deduct();
            assertThat(ages(retry)).containsExactly(500);
            a.answer(retry, Answer.INSUFFICIENT, 0);
            loop.pass(Duration.ofSeconds(1));
            ClientFrame.Deduct fresh = a.deduct();
            assertThat(ages(fresh)).containsExactly(0);
            a.allDeducted(fresh);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void aRefusalThatComesLaterThanTheNodeWasToldProvesNothing() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct(SKU, Duration.ofSeconds(3));
            loop.run();
            a.answer(Answer.UNKNOWN, 0);
            loop.pass(Duration.ofMillis(5));
            ClientFrame.Deduct retry = a.deduct();
            loop.pass(Duration.ofSeconds(1));
            a.answer(retry, Answer.EXCEEDS_ACTUAL, 0);
            loop.pass(Duration.ofMillis(105));
            assertThat(future).isNotDone();
            // It knows now how long answers take.
            ClientFrame.Deduct again = a.deduct();
            assertThat(ages(again))
                    .singleElement()
                    .satisfies(age -> assertThat(age).isGreaterThan(3_000));
            loop.pass(SECOND);
            a.answer(again, Answer.EXCEEDS_ACTUAL, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.SOLD_OUT);
        }

        @Test
        void whatANodeCantRememberIsUnknownAtTheDeadline() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct();
            for (int i = 0; i < 1_005; i++) {
                while (!a.received.isEmpty()) {
                    a.answer(Answer.UNKNOWN, 0);
                    loop.run();
                }
                loop.pass(MS);
            }
            assertThat(outcome(future)).isEqualTo(Outcome.UNKNOWN);
        }
    }

    @Nested
    class Refusals {
        @Test
        void insufficientLeadsToTheNextSlotAndThenBacksOff() {
            twoSlots();
            CompletableFuture<DeductionResult> future = deductAtSlot0();
            loop.run();
            int asked = 0;
            for (int i = 0; i < 1_010; i++) {
                for (String address : List.of("a:1", "b:1")) {
                    if (!net.to(address).received.isEmpty()) {
                        asked++;
                        net.to(address).answer(Answer.INSUFFICIENT, 1);
                        loop.run();
                    }
                }
                loop.pass(MS);
            }
            // Pauses of 2, 4, 8 … 64, then 100 ms: 6 and 8 or 9 rounds after the first
            assertThat(asked).isBetween(26, 32);
            assertThat(future.join()).isEqualTo(new DeductionResult(Outcome.INSUFFICIENT, DeductionResult.NOT_KNOWN));
        }

        @Test
        void aGrantEndsTheWaitAtOnce() {
            ScriptedNet.End a = oneSlot();
            routes.publish(SKU, SkuState.SELLING, 1);
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.INSUFFICIENT, 0);
            loop.pass(Duration.ofMillis(500));
            assertThat(a.received).isEmpty();
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 1, "a"));
            loop.run();
            a.answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void exceedsActualIsFinal() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.EXCEEDS_ACTUAL, 1);
            loop.run();
            assertThat(future.join()).isEqualTo(new DeductionResult(Outcome.INSUFFICIENT, 1));
        }

        /** Node a answers what has come in so far this long ago with INSUFFICIENT. */
        private void answerAfter(Duration delay, Duration until) {
            ScriptedNet.End a = net.to("a:1");
            Map<ClientFrame.Deduct, Long> due = new LinkedHashMap<>();
            for (long end = loop.nanoTime() + until.toNanos(); loop.nanoTime() < end; loop.pass(MS)) {
                while (!a.received.isEmpty()) {
                    due.put(a.deduct(), loop.nanoTime() + delay.toNanos());
                }
                List<ClientFrame.Deduct> now = due.keySet().stream()
                        .filter(frame -> due.get(frame) <= loop.nanoTime())
                        .toList();
                now.forEach(frame -> a.answer(frame, Answer.INSUFFICIENT, 0));
                due.keySet().removeAll(now);
                loop.run();
            }
        }

        @Test
        void whoHasBeenRefusedDoesNotEndUnknownForAnAttemptThatCouldNotBeAnsweredInTime() {
            oneSlot();
            List<CompletableFuture<DeductionResult>> calls = new ArrayList<>();
            for (int ms = 300; ms < 420; ms++) {
                calls.add(deduct(SKU, Duration.ofMillis(ms)));
            }
            answerAfter(Duration.ofMillis(30), Duration.ofMillis(430));
            assertThat(calls).allMatch(call -> outcome(call) == Outcome.INSUFFICIENT);
            assertThat(metrics.get("granary.client.attempts").functionCounter().count())
                    .as("all have asked several times")
                    .isGreaterThan(120 * 4);
        }

        @Test
        void aFirstAttemptIsMadeHoweverLittleTimeThereIs() {
            ScriptedNet.End a = oneSlot();
            unheard.add(deduct());
            answerAfter(Duration.ofMillis(30), Duration.ofMillis(100));
            CompletableFuture<DeductionResult> hurried = deduct(SKU, Duration.ofMillis(5));
            loop.run();
            assertThat(a.received).isNotEmpty();
            loop.pass(Duration.ofMillis(8));
            assertThat(outcome(hurried)).isEqualTo(Outcome.UNKNOWN);
        }

        @Test
        void throttledIsToldAtTheDeadline() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> future = deduct();
            for (int i = 0; i < 1_010; i++) {
                loop.pass(MS);
                if (!a.received.isEmpty()) {
                    a.answer(Answer.THROTTLED, 0);
                }
            }
            assertThat(outcome(future)).isEqualTo(Outcome.THROTTLED);
        }

        @Test
        void aPausedSkuIsNotAsked() {
            ScriptedNet.End a = oneSlot();
            routes.publish(SKU, SkuState.PAUSED, 1, at(0, 1, "a"));
            CompletableFuture<DeductionResult> future = deduct();
            loop.pass(Duration.ofMillis(500));
            assertThat(a.received).isEmpty();
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 1, "a"));
            loop.run();
            a.answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void anUnknownSkuLeavesNothingBehind() {
            for (int i = 0; i < 100; i++) {
                CompletableFuture<DeductionResult> future = deduct(new Sku("no-" + i), SECOND);
                loop.run();
                assertThat(outcome(future)).isEqualTo(Outcome.NO_SUCH_SKU);
            }
            assertThat(routes.followed).isEmpty();
            assertThat(client.knownSkus()).isZero();
            assertThat(loop.pending()).isLessThanOrEqualTo(1);
        }

        @Test
        void aSkuThatIsRemovedIsUnknown() {
            oneSlot();
            routes.views.remove(SKU);
            routes.tell(SKU);
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.NO_SUCH_SKU);
            assertThat(client.knownSkus()).isZero();
            assertThat(routes.followed).isEmpty();
        }

        @Test
        void withoutTheRegistryAnUnknownSkuIsUnavailable() {
            routes.reachable = false;
            CompletableFuture<DeductionResult> future = deduct();
            loop.pass(Duration.ofMillis(900));
            assertThat(future).isNotDone();
            assertThat(routes.readsBegun).isBetween(10, 20);
            loop.pass(Duration.ofMillis(110));
            assertThat(outcome(future)).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(client.knownSkus()).isZero();
        }

        @Test
        void withoutTheRegistryASkuThatIsGoneIsAskedForNowAndThen() {
            ScriptedNet.End a = oneSlot();
            routes.holdReads = true;
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.INSUFFICIENT, 0);
            loop.run();
            assertThat(routes.reads)
                    .as("every slot has refused, so the registry is read")
                    .hasSize(1);
            routes.reachable = false;
            routes.views.remove(SKU);
            routes.tell(SKU);
            loop.run();
            routes.holdReads = false;
            int before = routes.readsBegun;
            routes.reads.remove().run();
            loop.pass(Duration.ofMillis(900));
            assertThat(future).isNotDone();
            assertThat(routes.readsBegun - before).isBetween(10, 20);
            loop.pass(Duration.ofMillis(110));
            assertThat(outcome(future)).isEqualTo(Outcome.UNAVAILABLE);
        }
    }

    @Nested
    class SoldOut {
        @Test
        void isToldWhenAFreshReadAgrees() {
            ScriptedNet.End a = oneSlot();
            routes.publish(SKU, SkuState.SOLD_OUT, 1);
            int before = routes.readsBegun;
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.INSUFFICIENT, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.SOLD_OUT);
            assertThat(routes.readsBegun).isEqualTo(before + 1);
        }

        @Test
        void isNotToldWhenAFreshReadDisagrees() {
            ScriptedNet.End a = oneSlot();
            routes.publish(SKU, SkuState.SOLD_OUT, 1);
            loop.run();
            routes.change(SKU, SkuState.SELLING, 1, at(0, 1, "a"));
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.INSUFFICIENT, 0);
            loop.pass(Duration.ofMillis(300));
            assertThat(future).isNotDone();
            routes.tell(SKU);
            loop.run();
            a.answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void callsThatComeDuringAReadShareTheNext() {
            ScriptedNet.End a = oneSlot();
            routes.publish(SKU, SkuState.SOLD_OUT, 1);
            loop.run();
            int before = routes.readsBegun;
            routes.holdReads = true;
            CompletableFuture<DeductionResult> first = deduct();
            loop.run();
            a.answer(Answer.INSUFFICIENT, 0);
            loop.run();
            List<CompletableFuture<DeductionResult>> others = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                others.add(deduct());
                loop.run();
                a.answer(Answer.INSUFFICIENT, 0);
                loop.run();
            }
            assertThat(routes.readsBegun).isEqualTo(before + 1);
            routes.reads.remove().run();
            loop.run();
            assertThat(outcome(first)).isEqualTo(Outcome.SOLD_OUT);
            assertThat(others).noneMatch(CompletableFuture::isDone);
            assertThat(routes.readsBegun).isEqualTo(before + 2);
            routes.reads.remove().run();
            loop.run();
            assertThat(others).allMatch(future -> future.join().outcome() == Outcome.SOLD_OUT);
        }

        @Test
        void isNotToldFromWhatIsKnownWhileTheRegistryIsOutOfReach() {
            ScriptedNet.End a = oneSlot();
            routes.publish(SKU, SkuState.SOLD_OUT, 1);
            loop.run();
            routes.reachable = false;
            CompletableFuture<DeductionResult> future = deduct();
            CompletableFuture<DeductionResult> patient = deduct(SKU, Duration.ofSeconds(3));
            loop.run();
            a.answer(Answer.INSUFFICIENT, 0);
            loop.pass(Duration.ofMillis(900));
            assertThat(future).isNotDone();
            assertThat(routes.readsBegun).as("one after each pause of each").isBetween(10, 40);
            loop.pass(Duration.ofMillis(110));
            assertThat(outcome(future)).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(patient).isNotDone();
            routes.reachable = true;
            loop.pass(Duration.ofMillis(110));
            assertThat(outcome(patient)).isEqualTo(Outcome.SOLD_OUT);
        }

        @Test
        void isNotToldByNodesAloneWhileTheRegistryIsOutOfReach() {
            ScriptedNet.End a = oneSlot();
            routes.reachable = false;
            // What the watch would bring does not come: an earlier call with this id was deducted at the second slot.
            routes.change(SKU, SkuState.SELLING, 2, at(0, 1, "a"), at(1, 1, "a"));
            CompletableFuture<DeductionResult> future = deduct();
            CompletableFuture<DeductionResult> patient = deduct(SKU, Duration.ofSeconds(3));
            for (int i = 0; i < 1_010; i++) {
                loop.pass(MS);
                while (!a.received.isEmpty()) {
                    a.answer(Answer.EXCEEDS_ACTUAL, 0);
                    loop.run();
                }
            }
            assertThat(outcome(future)).isEqualTo(Outcome.UNAVAILABLE);
            routes.reachable = true;
            for (int i = 0; i < 200 && !patient.isDone(); i++) {
                loop.pass(MS);
                while (!a.received.isEmpty()) {
                    ClientFrame.Deduct frame = a.deduct();
                    boolean second = frame.groups().get(0).partition().slot() == 1;
                    a.answer(frame, second ? Answer.DEDUCTED : Answer.EXCEEDS_ACTUAL, 0);
                    loop.run();
                }
            }
            assertThat(outcome(patient)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void aRetryOfADeductionHearsTheSameAgain() {
            ScriptedNet.End a = oneSlot();
            routes.publish(SKU, SkuState.SOLD_OUT, 1);
            CompletableFuture<DeductionResult> retry = deduct();
            loop.run();
            a.answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(retry)).isEqualTo(Outcome.DEDUCTED);
        }

        @Test
        void whoIsStillRegisteredIsAskedFirst() {
            ScriptedNet.End a = oneSlot();
            routes.publish(SKU, SkuState.SOLD_OUT, 1, at(0, 1, "a"));
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.INSUFFICIENT, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.SOLD_OUT);
        }

        @Test
        void aReadThatNeverEndsDoesNotHoldTheCallBeyondItsDeadline() {
            ScriptedNet.End a = oneSlot();
            routes.publish(SKU, SkuState.SOLD_OUT, 1);
            routes.holdReads = true;
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.INSUFFICIENT, 0);
            loop.pass(SECOND.plusMillis(3));
            // Nobody has said that there is no other slot.
            assertThat(outcome(future)).isEqualTo(Outcome.UNAVAILABLE);
        }

        @Test
        void whoHasHeardAllSlotsThatItKnowsLearnsOfThoseThatWereAdded() {
            ScriptedNet.End a = oneSlot();
            // What the watch would bring is late: only a read shows the second slot.
            routes.change(SKU, SkuState.SELLING, 2, at(0, 1, "a"), at(1, 1, "a"));
            CompletableFuture<DeductionResult> future = deduct();
            loop.run();
            a.answer(Answer.INSUFFICIENT, 0);
            loop.run();
            assertThat(future).isNotDone();
            loop.pass(Duration.ofMillis(50));
            a.answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(outcome(future)).isEqualTo(Outcome.DEDUCTED);
        }
    }

    @Nested
    class Bounds {
        @Test
        void oneCallTooManyIsThrottledAtOnce() {
            client = client(settings(16, 1_000));
            routes.node("a", "a:1");
            routes.publish(SKU, SkuState.SELLING, 1, at(0, 1, "a"));
            List<CompletableFuture<DeductionResult>> calls = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                calls.add(deduct());
            }
            assertThat(outcome(deduct())).isEqualTo(Outcome.THROTTLED);
            loop.run();
            CompletableFuture<DeductionResult> seventeenth = deduct();
            loop.run();
            assertThat(outcome(seventeenth)).isEqualTo(Outcome.THROTTLED);
            assertThat(calls).noneMatch(CompletableFuture::isDone);
            net.to("a:1").welcome();
            loop.run();
            net.to("a:1").answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(calls).allMatch(future -> future.join().isDeducted());
            assertThat(metrics.get("granary.client.calls")
                            .tag("outcome", "THROTTLED")
                            .functionCounter()
                            .count())
                    .isEqualTo(2);
            assertThat(metrics.get("granary.client.under.way").gauge().value()).isZero();
        }

        @Test
        void theDeadlineEndsACallWhereverItIs() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> inFlight = deduct();
            loop.run();
            a.ready = false;
            CompletableFuture<DeductionResult> queued = deduct();
            loop.pass(Duration.ofMillis(999));
            assertThat(inFlight).isNotDone();
            assertThat(queued).isNotDone();
            loop.pass(Duration.ofMillis(4));
            assertThat(outcome(inFlight)).isEqualTo(Outcome.UNKNOWN);
            assertThat(outcome(queued)).isEqualTo(Outcome.UNAVAILABLE);
            a.allDeducted(a.deduct());
            a.ready = true;
            a.listener.onReady();
            loop.run();
            assertThat(a.received).isEmpty();
        }

        @Test
        void misuseIsAnException() {
            RequestId id = new RequestId(1, 2);
            assertThatThrownBy(() -> client.deduct(SKU, id, 0, SECOND)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.deduct(SKU, id, 1_000_000_001, SECOND))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.deduct(SKU, id, 1, Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.deduct(SKU, id, 1, Duration.ofHours(2)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.deduct("", "order", 1, SECOND))
                    .isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void nobodyMayWaitOnTheClientsOwnThread() {
            ScriptedNet.End a = oneSlot();
            AtomicReference<Throwable> seen = new AtomicReference<>();
            var unused = deduct().thenRun(() -> {
                try {
                    client.deductAndWait(SKU, new RequestId(5, 5), 1, SECOND);
                } catch (InterruptedException | IllegalStateException e) {
                    seen.set(e);
                }
            });
            loop.run();
            a.answer(Answer.DEDUCTED, 0);
            loop.run();
            assertThat(seen.get()).isInstanceOf(IllegalStateException.class);
        }
    }

    @Nested
    class Closing {
        @Test
        void whatIsInFlightIsWaitedForAndTheRestEndsAtOnce() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> inFlight = deduct(SKU, Duration.ofMinutes(1));
            loop.run();
            a.ready = false;
            CompletableFuture<DeductionResult> queued = deduct(SKU, Duration.ofMinutes(1));
            loop.run();
            CompletableFuture<Void> closed = client.closeAsync();
            CompletableFuture<Void> again = client.closeAsync();
            loop.run();
            assertThat(outcome(queued)).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(inFlight).isNotDone();
            assertThat(closed).isNotDone();
            a.allDeducted(a.deduct());
            loop.run();
            assertThat(outcome(inFlight)).isEqualTo(Outcome.DEDUCTED);
            assertThat(closed).isCompleted();
            assertThat(again).isCompleted();
            assertThat(a.closed).isTrue();
        }

        @Test
        void whatIsNotAnsweredInTimeIsUnknown() {
            oneSlot();
            CompletableFuture<DeductionResult> inFlight = deduct(SKU, Duration.ofMinutes(1));
            loop.run();
            CompletableFuture<Void> closed = client.closeAsync();
            loop.pass(Duration.ofMillis(2_999));
            assertThat(closed).isNotDone();
            loop.pass(Duration.ofMillis(2));
            assertThat(outcome(inFlight)).isEqualTo(Outcome.UNKNOWN);
            assertThat(closed).isCompleted();
        }

        @Test
        void aRefusalEndsACallOfAClientThatCloses() {
            twoSlots();
            CompletableFuture<DeductionResult> refused = deductAtSlot0();
            loop.run();
            CompletableFuture<Void> closed = client.closeAsync();
            loop.run();
            net.to("a:1").answer(Answer.INSUFFICIENT, 0);
            loop.run();
            assertThat(outcome(refused)).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(closed).isCompleted();
        }

        @Test
        void aBrokenStreamEndsACallOfAClientThatCloses() {
            ScriptedNet.End a = oneSlot();
            CompletableFuture<DeductionResult> lost = deduct();
            loop.run();
            CompletableFuture<Void> closed = client.closeAsync();
            a.listener.onBroken("cut");
            loop.run();
            assertThat(outcome(lost)).isEqualTo(Outcome.UNKNOWN);
            assertThat(closed).isCompleted();
        }

        @Test
        void laterCallsAreRefusedAndThoseOnTheirWayAnswered() {
            CompletableFuture<DeductionResult> onItsWay = deduct();
            CompletableFuture<Void> closed = client.closeAsync();
            assertThatThrownBy(GranaryClientTest.this::deduct).isInstanceOf(ClosedClientException.class);
            loop.run();
            assertThat(closed).isCompleted();
            assertThat(outcome(onItsWay)).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(client.knownSkus()).isZero();
        }
    }
}
