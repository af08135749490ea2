// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.node.pool.IdWindow;
import io.granary.node.pool.Pool;
import io.granary.node.testing.AnswerSheet;
import io.granary.node.testing.ScriptedLog;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.record.LogRecord;
import io.granary.record.Section;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A lane with everything around it in the test's hand. It joins lane 0. */
final class LaneBench implements Lane.Events {
    static final LaneSettings SETTINGS = new LaneSettings(64 << 10, 8_192, Duration.ofMinutes(10), 1_000_000);

    static final Duration ASK_PAUSE = Duration.ofMillis(10);

    final ManualLoop loop = new ManualLoop();
    final ScriptedLog log;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LaneMetrics metrics = new LaneMetrics(new MeterScope(meters, "node", "node-1"));
    final AnswerSheet client = new AnswerSheet();
    final List<String> events = new ArrayList<>();
    final Lane lane;
    boolean superseded;
    private int frames;

    LaneBench() {
        this(SETTINGS, new ScriptedLog(2));
    }

    LaneBench(LaneSettings settings, ScriptedLog log) {
        this.log = log;
        lane = new Lane(settings, "node-1", log, loop, metrics, new BegunEpochs(), this);
    }

    static PartitionId id(int slot) {
        return new PartitionId(new Sku("sku"), slot);
    }

    /** Joined, its empty record stored, and the events of that forgotten. */
    LaneBench joined() {
        lane.join(0, 0);
        loop.run();
        if (log.waiting(0) > 0) {
            log.next(0).store();
        }
        loop.run();
        events.clear();
        return this;
    }

    /** A partition at epoch 1 with so many units. */
    Partition open(int slot, long units) {
        return open(id(slot), 1, units);
    }

    Partition open(PartitionId id, long epoch, long units) {
        if (lane.begin(id, epoch) != Lane.Beginning.BEGUN) {
            throw new AssertionError(id + " can't be begun at epoch " + epoch);
        }
        lane.open(id, epoch, new Pool(units, 0, 0, new IdWindow()));
        return lane.partition(id);
    }

    /** One deduction at slot 0, epoch 1, with an id made of this number: its frame. */
    int deduct(long id, int quantity) {
        return deduct(id(0), 1, id, quantity);
    }

    int deduct(PartitionId partition, long epoch, long id, int quantity) {
        return send(begin().group(partition, epoch).entry(id, -id, quantity));
    }

    ClientFrame.Builder begin() {
        return new ClientFrame.Builder().begin(++frames);
    }

    /** Hands the frame to the lane, and lets it work. */
    int send(ClientFrame.Builder builder) {
        return send((ClientFrame.Deduct) ClientFrame.decode(builder.build()));
    }

    int send(ClientFrame.Deduct frame) {
        client.expect(frame.frameId(), frame.entries());
        lane.deduct(frame, new FrameTicket(client, frame.frameId(), frame.entries(), loop, metrics), () -> superseded);
        loop.run();
        return frame.frameId();
    }

    /** Stores the record in flight, and lets the lane work: its offset. One that only asks may wait a moment first. */
    long store() {
        if (log.waiting(0) == 0) {
            loop.pass(ASK_PAUSE);
        }
        long offset = log.next(0).store();
        loop.run();
        return offset;
    }

    /** Another node's fence stands in the lane from now on. */
    void fence(PartitionId partition, long epoch) {
        log.add(0, record -> record.fence(partition, epoch));
    }

    /** The answer to one deduction at slot 0, epoch 1, that waits for nothing but the log. */
    @Nullable
    Answer answerOnceAsked(long id, int quantity) {
        int frame = deduct(id, quantity);
        store();
        return answer(frame);
    }

    @Nullable
    Answer answer(int frame) {
        return client.answer(frame);
    }

    List<Section> sections(int record) {
        return log.records(0).get(record).sections();
    }

    LogRecord last() {
        List<LogRecord> records = log.records(0);
        return records.get(records.size() - 1);
    }

    double count(String meter) {
        return meters.counter(meter, "node", "node-1").count();
    }

    @Override
    public void onJoined(int number) {
        events.add("joined " + number);
    }

    @Override
    public void onLaneRefused(int number, String reason) {
        events.add("refused " + number + ": " + reason);
    }

    @Override
    public void onChanged(Partition partition) {
        events.add("changed " + partition.id().slot());
    }

    @Override
    public void onServing(Partition partition) {
        events.add("serving " + partition.id().slot());
    }

    @Override
    public void onExhausted(Partition partition) {
        events.add("exhausted " + partition.id().slot());
    }

    @Override
    public void onClosed(Partition partition) {
        events.add("closed " + partition.id().slot());
    }

    @Override
    public void onStopped(String reason) {
        events.add("stopped");
    }
}
