// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import static io.granary.node.lane.LaneBench.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.node.testing.ScriptedLog;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.NodeFrame;
import io.granary.record.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the answers to a frame's entries come back. That none comes twice, the sheet itself checks. */
final class FrameAnswersTest {
    private static final int PARTITIONS = 4;

    private LaneBench bench = new LaneBench();

    @Test
    void aFrameThatIsDeductedAtOnceIsAnsweredInFiveBytes() {
        bench.joined().open(0, 100);
        int frame = bench.send(
                bench.begin().group(id(0), 1).entry(1, 1, 1).entry(2, 2, 2).entry(3, 3, 3));
        bench.store();

        assertThat(bench.client.frames()).containsExactly(new NodeFrame.AllDeducted(frame));
    }

    @Test
    void whatIsKnownComesAtOnceAndTheRestLater() {
        bench.joined().open(0, 4);
        bench.deduct(4, 1);
        bench.store();
        int frame = bench.send(bench.begin()
                .group(id(0), 1)
                .entry(1, 1, 1)
                .entry(2, 2, 5)
                .entry(3, 3, 2)
                .entry(4, -4, 1));
        assertThat(bench.client.answers(frame)).containsExactly(null, null, null, Answer.DEDUCTED);
        int before = bench.client.frames().size();

        bench.store();

        assertThat(bench.client.answers(frame))
                .containsExactly(Answer.DEDUCTED, Answer.INSUFFICIENT, Answer.DEDUCTED, Answer.DEDUCTED);
        assertThat(bench.client.frames()).hasSize(before + 1);
    }

    @Test
    void answersOfSeveralPartitionsOfOneRecordComeInOneFrame() {
        bench.joined();
        bench.open(0, 10);
        bench.open(1, 10);
        int frame = bench.send(
                bench.begin().group(id(0), 1).entry(1, 1, 1).group(id(1), 1).entry(1, 1, 1));
        bench.store();

        assertThat(bench.client.answers(frame)).containsOnly(Answer.DEDUCTED);
        assertThat(bench.client.frames()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void eachEntryIsAnsweredOnceAndTruly(long seed) {
        Random random = new Random(seed);
        LaneSettings settings = new LaneSettings(4_096 << random.nextInt(4), 4_096, Duration.ofMinutes(10), 1_000_000);
        bench = new LaneBench(settings, new ScriptedLog(1));
        bench.joined();
        for (int slot = 0; slot < PARTITIONS; slot++) {
            bench.open(slot, random.nextInt(3_000));
        }
        List<Integer> frames = new ArrayList<>();
        List<ClientFrame.Deduct> sent = new ArrayList<>();
        for (int step = 0; step < 150; step++) {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> {
                    ClientFrame.Deduct frame = randomFrame(random, bench.begin());
                    sent.add(frame);
                    frames.add(bench.send(frame));
                }
                case 4 -> {
                    int slot = random.nextInt(PARTITIONS);
                    Partition partition = bench.lane.partition(id(slot));
                    if (partition != null) {
                        long more = partition.pool().granted() + random.nextInt(200);
                        bench.lane.instruct(partition, more, random.nextInt(100));
                    }
                }
                case 5 -> {
                    if (random.nextInt(20) == 0) {
                        bench.fence(id(random.nextInt(PARTITIONS)), 2);
                    }
                }
                default -> tell(random);
            }
        }
        while (bench.log.waiting(0) > 0) {
            bench.store();
        }

        Map<Integer, Map<Long, Integer>> stored = validDeductions();
        for (int f = 0; f < frames.size(); f++) {
            assertAnswers(sent.get(f), bench.client.answers(frames.get(f)), stored);
        }
        assertThat(bench.client.frames()).anyMatch(frame -> frame instanceof NodeFrame.AllDeducted);
    }

    private static ClientFrame.Deduct randomFrame(Random random, ClientFrame.Builder builder) {
        for (int group = 0; group <= random.nextInt(4); group++) {
            int slot = random.nextInt(PARTITIONS + 1);
            builder.group(id(slot), random.nextInt(30) == 0 ? 2 : 1);
            int entries = 1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 8);
            for (int i = 0; i < entries; i++) {
                builder.entry(random.nextInt(2_000), slot, random.nextInt(40) == 0 ? 0 : 1 + random.nextInt(20) / 19);
            }
        }
        return (ClientFrame.Deduct) ClientFrame.decode(builder.build());
    }

    private void tell(Random random) {
        if (bench.log.waiting(0) > 0) {
            ScriptedLog.Sending sending = bench.log.next(0);
            switch (random.nextInt(4)) {
                case 0 -> sending.lose();
                case 1 -> sending.storeUnconfirmed();
                default -> sending.store();
            }
            bench.loop.pass(Duration.ofSeconds(2));
        }
    }

    /** By slot: the ids and quantities that the lane says are deducted. */
    private Map<Integer, Map<Long, Integer>> validDeductions() {
        Map<Integer, Map<Long, Integer>> stored = new HashMap<>();
        Set<Integer> fenced = new HashSet<>();
        Map<Integer, Long> seqs = new HashMap<>();
        bench.log.records(0).stream()
                .flatMap(record -> record.sections().stream())
                .forEach(section -> {
                    int slot = section.partition().slot();
                    if (section instanceof Section.Fence) {
                        fenced.add(slot);
                    } else if (!fenced.contains(slot)
                            && section instanceof Section.Numbered numbered
                            && numbered.seq() == seqs.getOrDefault(slot, 0L) + 1) {
                        seqs.put(slot, numbered.seq());
                        if (section instanceof Section.Deductions deductions) {
                            for (int i = 0; i < deductions.entries().count(); i++) {
                                Integer known = stored.computeIfAbsent(slot, s -> new HashMap<>())
                                        .put(
                                                deductions.entries().high(i),
                                                deductions.entries().quantity(i));
                                assertThat(known).isNull();
                            }
                        }
                    }
                });
        return stored;
    }

    private static void assertAnswers(
            ClientFrame.Deduct frame, List<Answer> answers, Map<Integer, Map<Long, Integer>> stored) {
        int index = 0;
        for (ClientFrame.Group group : frame.groups()) {
            Map<Long, Integer> ids = stored.getOrDefault(group.partition().slot(), Map.of());
            for (int i = 0; i < group.entries().count(); i++) {
                Answer answer = answers.get(index++);
                Integer quantity = ids.get(group.entries().high(i));
                assertThat(answer).isNotNull();
                switch (answer) {
                    case DEDUCTED ->
                        assertThat(quantity).isEqualTo(group.entries().quantity(i));
                    case CONFLICT -> assertThat(group.entries().quantity(i)).isNotEqualTo(quantity);
                    case INVALID -> assertThat(group.entries().quantity(i)).isZero();
                    default -> {
                        // Another attempt may have deducted it.
                    }
                }
            }
        }
    }
}
