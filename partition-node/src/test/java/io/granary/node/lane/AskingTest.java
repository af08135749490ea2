// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import static io.granary.node.lane.LaneBench.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.log.InMemoryStockLog;
import io.granary.log.Read;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.node.pool.IdWindow;
import io.granary.node.pool.Pool;
import io.granary.node.testing.AnswerSheet;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.record.RecordBuilder;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records that only ask whether a partition is still owned: a refusal needs one, a rush of refusals shares them. */
final class AskingTest implements Lane.Events {
    private static final Duration TICK = Duration.ofNanos(100_000);

    private final ManualLoop loop = new ManualLoop();
    private final InMemoryStockLog log = new InMemoryStockLog(1);
    private final AnswerSheet client = new AnswerSheet();
    private final LaneMetrics metrics = new LaneMetrics(new MeterScope(new SimpleMeterRegistry(), "node", "node-1"));
    private final Lane lane = new Lane(
            new LaneSettings(4_096, 8_192, Duration.ofMinutes(10), 1_000_000),
            "node-1",
            log,
            loop,
            metrics,
            new BegunEpochs(),
            this);
    private int frames;

    private record Asked(int frame, long nanos) {}

    @BeforeEach
    void join() {
        lane.join(0, 0);
        loop.run();
        open(0, 0);
        open(1, 100);
    }

    private void open(int slot, long units) {
        assertThat(lane.begin(id(slot), 1)).isEqualTo(Lane.Beginning.BEGUN);
        lane.open(id(slot), 1, new Pool(units, 0, 0, new IdWindow()));
    }

    /** One request to a slot: its frame. */
    private int ask(int slot, int entries) {
        ClientFrame.Builder builder = new ClientFrame.Builder().begin(++frames).group(id(slot), 1);
        for (int i = 0; i < entries; i++) {
            builder.entry(frames, i + 1, 1);
        }
        ClientFrame.Deduct frame = (ClientFrame.Deduct) ClientFrame.decode(builder.build());
        client.expect(frame.frameId(), frame.entries());
        lane.deduct(frame, new FrameTicket(client, frame.frameId(), frame.entries(), loop, metrics), () -> false);
        loop.run();
        return frame.frameId();
    }

    /** How many records the lane has. */
    private int records() {
        int count = 0;
        while (log.read(0, count, Duration.ZERO).join() instanceof Read.Records records) {
            count += records.records().size();
        }
        return count;
    }

    @Test
    void aSecondOfASoldOutRushTakesSomeHundredRecordsAndNobodyWaitsLong() {
        Deque<Asked> waiting = new ArrayDeque<>();
        int before = records();
        Duration longest = Duration.ZERO;
        for (int i = 0; i < 10_000 || !waiting.isEmpty(); i++) {
            if (i < 10_000) {
                waiting.add(new Asked(ask(0, 1), loop.nanoTime()));
            }
            while (!waiting.isEmpty() && client.answer(waiting.getFirst().frame()) == Answer.INSUFFICIENT) {
                Duration waited =
                        Duration.ofNanos(loop.nanoTime() - waiting.removeFirst().nanos());
                longest = waited.compareTo(longest) > 0 ? waited : longest;
            }
            assertThat(longest).isLessThanOrEqualTo(Duration.ofMillis(20));
            assertThat(i).as("ticks until all are answered").isLessThan(20_000);
            loop.pass(TICK);
        }
        assertThat(records() - before).isBetween(50, 110);
    }

    @Test
    void theFirstRefusalAfterAQuietTimeWaitsForNobody() {
        assertThat(client.answer(ask(0, 1))).isEqualTo(Answer.INSUFFICIENT);
        int second = ask(0, 1);
        assertThat(client.answer(second)).isNull();
        loop.pass(Duration.ofMillis(10));
        assertThat(client.answer(second)).isEqualTo(Answer.INSUFFICIENT);
        loop.pass(Duration.ofMillis(10));
        assertThat(client.answer(ask(0, 1))).isEqualTo(Answer.INSUFFICIENT);
    }

    @Test
    void deductionsNeverWaitAndTakeRefusalsAlong() {
        ask(0, 1);
        int refused = ask(0, 1);
        int before = records();
        assertThat(client.answer(ask(1, 1))).isEqualTo(Answer.DEDUCTED);
        assertThat(client.answer(refused)).isEqualTo(Answer.INSUFFICIENT);
        assertThat(records() - before).isEqualTo(1);
        loop.pass(Duration.ofMillis(50));
        assertThat(records() - before).isEqualTo(1);
    }

    @Test
    void unitsToGiveBackNeverWaitAndTakeRefusalsAlong() {
        ask(0, 1);
        int refused = ask(0, 1);
        Partition partition = lane.partition(id(1));
        assertThat(partition).isNotNull();
        lane.instruct(partition, 100, 100);
        loop.run();
        assertThat(partition.pool().returned()).isEqualTo(100);
        assertThat(client.answer(refused)).isEqualTo(Answer.INSUFFICIENT);
    }

    /** Or frames would wait in the backlog, deductions among them, with nothing in flight whose end serves them. */
    @Test
    void asManyRefusalsAsARecordTakesDoNotWait() {
        ask(0, 1);
        int refused = ask(0, 300);
        assertThat(client.answers(refused)).containsOnly(Answer.INSUFFICIENT);
        assertThat(client.answer(ask(1, 1))).isEqualTo(Answer.DEDUCTED);
    }

    /** A fence that came in between is found by the record that was waited for. */
    @Test
    void whoeverWaitsIsToldTheTruthOfAReplacedOwner() {
        ask(0, 1);
        int refused = ask(0, 1);
        var unused = log.append(
                0, new RecordBuilder("node-2", 0, 128).fence(id(0), 2).build());
        loop.pass(Duration.ofMillis(10));
        assertThat(client.answer(refused)).isEqualTo(Answer.NOT_OWNER);
    }

    @Test
    void aLaneThatStopsLeavesNobodyWaiting() {
        ask(0, 1);
        int refused = ask(0, 1);
        lane.stop("test");
        loop.pass(Duration.ofMillis(50));
        assertThat(client.answer(refused)).isEqualTo(Answer.NOT_OWNER);
        assertThat(loop.pending()).isZero();
    }

    @Override
    public void onJoined(int number) {
        assertThat(number).isZero();
    }

    @Override
    public void onChanged(Partition partition) {
        note(partition.id());
    }

    @Override
    public void onServing(Partition partition) {
        note(partition.id());
    }

    @Override
    public void onExhausted(Partition partition) {
        note(partition.id());
    }

    @Override
    public void onClosed(Partition partition) {
        note(partition.id());
    }

    private static void note(PartitionId partition) {
        assertThat(partition.slot()).isBetween(0, 1);
    }

    @Override
    public void onLaneRefused(int number, String reason) {
        throw new AssertionError("lane " + number + " was refused: " + reason);
    }

    @Override
    public void onStopped(String reason) {
        assertThat(reason).isEqualTo("test");
    }
}
