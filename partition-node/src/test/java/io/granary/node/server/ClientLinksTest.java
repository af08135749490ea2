// SPDX-License-Identifier: Apache-2.0
package io.granary.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.node.lane.BegunEpochs;
import io.granary.node.lane.Lane;
import io.granary.node.lane.LaneMetrics;
import io.granary.node.lane.LaneSettings;
import io.granary.node.lane.Partition;
import io.granary.node.pool.IdWindow;
import io.granary.node.pool.Pool;
import io.granary.node.testing.AnswerSheet;
import io.granary.node.testing.ScriptedLog;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ClientLinksTest {
    private static final PartitionId P = new PartitionId(new Sku("sku"), 0);

    private final ManualLoop loop = new ManualLoop();
    private final ScriptedLog log = new ScriptedLog(1);
    private final LaneMetrics metrics = new LaneMetrics(new MeterScope(new SimpleMeterRegistry()));
    private final Lane lane = new Lane(
            new LaneSettings(4_096, 4_096, Duration.ofMinutes(10), 1_000_000),
            "node-1",
            log,
            loop,
            metrics,
            new BegunEpochs(),
            new Unheard());
    private final ClientLinks links = new ClientLinks(loop, lane, 1_000, metrics);

    /** A stream from the client's side. */
    private final class Client {
        final AnswerSheet link = new AnswerSheet();
        final LinkListener<byte[]> node = links.accept(link);
        private int frames;

        Client open(long session, long generation) {
            node.onMessage(new ClientFrame.Open(session, 0, generation).encode());
            return this;
        }

        Client welcomed(long session, long generation) {
            open(session, generation);
            loop.run();
            assertThat(link.frames()).containsExactly(new NodeFrame.Welcome(generation));
            return this;
        }

        /** Sends one frame: its number. The loop does not run. */
        int deduct(long firstId, int entries) {
            return deduct(firstId, entries, ClientFrame.PATIENCE_FOR_EVER);
        }

        int deduct(long firstId, int entries, int patienceMillis) {
            ClientFrame.Builder frame =
                    new ClientFrame.Builder().begin(++frames).group(P, 1, 0).patience(patienceMillis);
            for (int i = 0; i < entries; i++) {
                frame.entry(firstId + i, 7, 1);
            }
            link.expect(frames, entries);
            node.onMessage(frame.build());
            return frames;
        }
    }

    @BeforeEach
    void serve() {
        lane.join(0, 0);
        log.next(0).store();
        loop.run();
        lane.begin(P, 1);
        lane.open(P, 1, new Pool(1_000_000, 0, 0, new IdWindow()));
    }

    private void storeAll() {
        loop.run();
        while (log.waiting(0) > 0) {
            log.next(0).store();
            loop.run();
        }
    }

    private long taken() {
        return 1_000_000 - lane.partition(P).pool().remaining();
    }

    @Test
    void aStreamIsWelcomedAndThenServed() {
        Client client = new Client().welcomed(1, 1);

        int frame = client.deduct(1, 3);
        storeAll();

        assertThat(client.link.answers(frame)).containsOnly(Answer.DEDUCTED);
    }

    @Test
    void requestsBeforeTheWelcomeCloseTheStreamAndDoNothing() {
        Client unopened = new Client();
        unopened.deduct(1, 1);
        Client unwelcomed = new Client().open(1, 1);
        unwelcomed.deduct(2, 1);
        storeAll();

        assertThat(unopened.link.isClosed()).isTrue();
        assertThat(unwelcomed.link.isClosed()).isTrue();
        assertThat(taken()).isZero();
    }

    @Test
    void whatIsNoFrameClosesJustItsStream() {
        Client bad = new Client().welcomed(1, 1);
        Client good = new Client().welcomed(2, 1);

        bad.node.onMessage(new byte[] {2, 0, 0});
        bad.node.onMessage(new byte[0]);
        int frame = good.deduct(1, 1);
        storeAll();

        assertThat(bad.link.isClosed()).isTrue();
        assertThat(good.link.isClosed()).isFalse();
        assertThat(good.link.answer(frame)).isEqualTo(Answer.DEDUCTED);
    }

    @Test
    void aYoungerStreamSupersedesTheOlder() {
        Client older = new Client().welcomed(1, 1);
        Client younger = new Client().welcomed(1, 2);

        assertThat(older.link.isClosed()).isTrue();
        int late = older.deduct(1, 1);
        int frame = younger.deduct(2, 1);
        storeAll();

        assertThat(older.link.answer(late)).isNull();
        assertThat(younger.link.answer(frame)).isEqualTo(Answer.DEDUCTED);
        assertThat(taken()).isEqualTo(1);
    }

    @Test
    void whatTheOlderStreamHadNotProcessedIsDropped() {
        Client older = new Client().welcomed(1, 1);
        Client younger = new Client();
        int inFlight = older.deduct(1, 1);
        loop.run();
        int forming = older.deduct(100, 300);
        int backlog = older.deduct(1_000, 10);
        loop.run();
        younger.open(1, 2);
        // Decoded after the younger stream came, decided after it was welcomed.
        int late = older.deduct(2_000, 10);
        storeAll();

        assertThat(older.link.answers(inFlight)).containsOnly(Answer.DEDUCTED);
        assertThat(older.link.answers(forming)).containsOnly(Answer.DEDUCTED);
        assertThat(older.link.answers(backlog)).containsOnlyNulls();
        assertThat(older.link.answers(late)).containsOnlyNulls();
        assertThat(taken()).isEqualTo(301);
    }

    @Test
    void whatABrokenStreamHadNotProcessedIsDropped() {
        Client client = new Client().welcomed(1, 1);
        client.deduct(1, 1);
        loop.run();
        client.deduct(100, 300);
        client.deduct(1_000, 10);
        client.node.onBroken("test");
        storeAll();

        assertThat(taken()).isEqualTo(301);
    }

    @Test
    void olderAndEqualGenerationsAreRefused() {
        Client client = new Client().welcomed(1, 5);
        Client older = new Client().open(1, 4);
        Client equal = new Client().open(1, 5);
        loop.run();

        assertThat(older.link.isClosed()).isTrue();
        assertThat(older.link.frames()).isEmpty();
        assertThat(equal.link.isClosed()).isTrue();
        assertThat(client.link.isClosed()).isFalse();
        int frame = client.deduct(1, 1);
        storeAll();
        assertThat(client.link.answer(frame)).isEqualTo(Answer.DEDUCTED);
    }

    @Test
    void aStreamOpensOnce() {
        Client client = new Client().welcomed(1, 1).open(1, 2);
        loop.run();
        int frame = client.deduct(1, 1);
        storeAll();

        assertThat(client.link.isClosed()).isTrue();
        assertThat(client.link.answer(frame)).isNull();
    }

    @Test
    void sessionsAreApart() {
        Client one = new Client().welcomed(1, 1);
        Client other = new Client().welcomed(2, 9);
        int frame = one.deduct(1, 1);
        int otherFrame = other.deduct(2, 1);
        storeAll();

        assertThat(one.link.answer(frame)).isEqualTo(Answer.DEDUCTED);
        assertThat(other.link.answer(otherFrame)).isEqualTo(Answer.DEDUCTED);
    }

    @Test
    void theEndOfAnOlderStreamDoesNotForgetTheYounger() {
        Client older = new Client().welcomed(1, 1);
        new Client().welcomed(1, 3);
        older.node.onBroken("superseded");
        Client between = new Client().open(1, 2);
        loop.run();

        assertThat(between.link.isClosed()).isTrue();
    }

    @Test
    void aSessionIsForgottenWithItsYoungestStream() {
        Client client = new Client().welcomed(1, 3);
        client.node.onBroken("test");
        loop.run();

        new Client().welcomed(1, 1);
    }

    @Test
    void beyondTheQueueRequestsAreThrottledUnseen() {
        Client client = new Client().welcomed(1, 1);
        int first = client.deduct(1, 600);
        int tooMany = client.deduct(1_000, 401);
        int fits = client.deduct(2_000, 400);
        assertThat(client.link.answers(tooMany)).containsOnly(Answer.THROTTLED);
        storeAll();

        assertThat(client.link.answers(first)).containsOnly(Answer.DEDUCTED);
        assertThat(client.link.answers(fits)).containsOnly(Answer.DEDUCTED);
        // There is room again.
        int again = client.deduct(3_000, 1_000);
        storeAll();
        assertThat(client.link.answers(again)).containsOnly(Answer.DEDUCTED);
        assertThat(taken()).isEqualTo(2_000);
    }

    @Test
    void whatNobodyWaitsForAnyMoreIsDroppedBeforeItIsDecided() {
        Client client = new Client().welcomed(1, 1);
        int impatient = client.deduct(1, 3, 100);
        int patient = client.deduct(10, 3, 2_000);
        int older = client.deduct(20, 3);
        loop.hang(Duration.ofMillis(1_999));
        int young = client.deduct(30, 3, 100);
        storeAll();

        assertThat(client.link.answers(impatient)).containsOnly(Answer.EXPIRED);
        assertThat(client.link.answers(patient)).containsOnly(Answer.DEDUCTED);
        assertThat(client.link.answers(older)).containsOnly(Answer.DEDUCTED);
        assertThat(client.link.answers(young)).containsOnly(Answer.DEDUCTED);
        assertThat(taken()).isEqualTo(9);
    }

    @Test
    void framesOfASupersededStreamGiveTheirPlaceBack() {
        Client older = new Client().welcomed(1, 1);
        Client younger = new Client().open(1, 2);
        older.deduct(1, 1_000);
        loop.run();
        int frame = younger.deduct(5_000, 1_000);
        storeAll();

        assertThat(younger.link.answers(frame)).containsOnly(Answer.DEDUCTED);
    }

    /** Nobody wants to know. */
    private static final class Unheard implements Lane.Events {
        @Override
        public void onJoined(int lane) {}

        @Override
        public void onLaneRefused(int lane, String reason) {}

        @Override
        public void onChanged(Partition partition) {}

        @Override
        public void onServing(Partition partition) {}

        @Override
        public void onExhausted(Partition partition) {}

        @Override
        public void onClosed(Partition partition) {}

        @Override
        public void onStopped(String reason) {}
    }
}
