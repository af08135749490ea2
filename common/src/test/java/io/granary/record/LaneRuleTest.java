// SPDX-License-Identifier: Apache-2.0
package io.granary.record;

import static io.granary.record.LaneRule.Verdict.DUPLICATE;
import static io.granary.record.LaneRule.Verdict.GAP;
import static io.granary.record.LaneRule.Verdict.STALE;
import static io.granary.record.LaneRule.Verdict.VALID;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule of the design's section 4, sentence by sentence. */
class LaneRuleTest {
    private static final PartitionId P = new PartitionId(new Sku("sku"), 0);
    private static final PartitionId Q = new PartitionId(new Sku("sku"), 1);

    private final LaneRule rule = new LaneRule();

    @Test
    void sectionsInOrderAreValid() {
        for (long seq = 1; seq <= 5; seq++) {
            assertThat(rule.judge(P, 1, seq)).isEqualTo(VALID);
            assertThat(rule.seqOf(P, 1)).isEqualTo(seq);
        }
    }

    @Test
    void aFenceEndsEveryEpochBelowIt() {
        rule.judge(P, 1, 1);
        rule.judge(P, 2, 1);
        rule.fence(P, 3);

        assertThat(rule.judge(P, 1, 2)).isEqualTo(STALE);
        assertThat(rule.judge(P, 2, 2)).isEqualTo(STALE);
        assertThat(rule.seqOf(P, 2)).isZero();
    }

    @Test
    void aFenceLeavesItsOwnEpochAndHigherOnes() {
        rule.judge(P, 3, 1);
        rule.judge(P, 4, 1);
        rule.fence(P, 3);

        assertThat(rule.judge(P, 3, 2)).isEqualTo(VALID);
        assertThat(rule.judge(P, 4, 2)).isEqualTo(VALID);
    }

    @Test
    void aFenceEndsEpochsThatHaveNotSpokenYet() {
        rule.fence(P, 3);

        assertThat(rule.judge(P, 2, 1)).isEqualTo(STALE);
        assertThat(rule.judge(P, 3, 1)).isEqualTo(VALID);
    }

    @Test
    void aFenceIsOfOnePartition() {
        rule.fence(P, 3);

        assertThat(rule.judge(Q, 1, 1)).isEqualTo(VALID);
        assertThat(rule.fenceOf(P)).isEqualTo(3);
        assertThat(rule.fenceOf(Q)).isZero();
    }

    @Test
    void aLowerFenceChangesNothing() {
        rule.fence(P, 3);
        rule.fence(P, 2);

        assertThat(rule.fenceOf(P)).isEqualTo(3);
        assertThat(rule.judge(P, 2, 1)).isEqualTo(STALE);
    }

    @Test
    void aSectionBeforeTheFenceStaysValid() {
        assertThat(rule.judge(new Section.Return(P, 1, 1, 5))).isEqualTo(VALID);
        assertThat(rule.judge(new Section.Fence(P, 2))).isEqualTo(VALID);
        assertThat(rule.judge(new Section.Return(P, 1, 2, 5))).isEqualTo(STALE);
    }

    @Test
    void aSeqSeenBeforeIsADuplicate() {
        rule.judge(P, 1, 1);
        rule.judge(P, 1, 2);

        assertThat(rule.judge(P, 1, 1)).isEqualTo(DUPLICATE);
        assertThat(rule.judge(P, 1, 2)).isEqualTo(DUPLICATE);
        assertThat(rule.judge(P, 1, 3)).isEqualTo(VALID);
    }

    @Test
    void aSeqThatJumpsIsAGapAndEndsTheEpochForGood() {
        rule.judge(P, 1, 1);

        assertThat(rule.judge(P, 1, 3)).isEqualTo(GAP);
        assertThat(rule.judge(P, 1, 2)).isEqualTo(GAP);
        assertThat(rule.judge(P, 1, 1)).isEqualTo(GAP);
        assertThat(rule.seqOf(P, 1)).isEqualTo(1);
    }

    @Test
    void theFirstSeqIsOne() {
        assertThat(rule.judge(P, 1, 2)).isEqualTo(GAP);
        assertThat(rule.seqOf(P, 1)).isZero();
    }

    @Test
    void aGapStopsThatEpochAlone() {
        rule.judge(P, 1, 2);

        assertThat(rule.judge(P, 2, 1)).isEqualTo(VALID);
        assertThat(rule.judge(Q, 1, 1)).isEqualTo(VALID);
        rule.fence(P, 2);
        assertThat(rule.judge(P, 1, 1)).isEqualTo(STALE);
    }

    @Test
    void epochsCountEachForItself() {
        assertThat(rule.judge(P, 1, 1)).isEqualTo(VALID);
        assertThat(rule.judge(P, 2, 1)).isEqualTo(VALID);
        assertThat(rule.judge(P, 1, 2)).isEqualTo(VALID);
        assertThat(rule.judge(P, 2, 2)).isEqualTo(VALID);
    }

    @Test
    void whatIsSettledIsADuplicateAndTheNextIsValid() {
        rule.resume(P, 1, 7);

        assertThat(rule.judge(P, 1, 6)).isEqualTo(DUPLICATE);
        assertThat(rule.judge(P, 1, 8)).isEqualTo(VALID);
        rule.resume(P, 1, 7);
        assertThat(rule.seqOf(P, 1)).isEqualTo(8);
    }

    @Test
    void resumingRevivesNothing() {
        rule.judge(P, 1, 2);
        rule.resume(P, 1, 5);
        assertThat(rule.judge(P, 1, 6)).isEqualTo(GAP);

        rule.fence(Q, 2);
        rule.resume(Q, 1, 5);
        assertThat(rule.seqOf(Q, 1)).isZero();
        assertThat(rule.judge(Q, 1, 6)).isEqualTo(STALE);
    }

    /** However records are repeated, and wherever one begins again, what counts is the same, and each once. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void readersThatBeginAnywhereAgree(long seed) {
        Random random = new Random(seed);
        List<long[]> lane = lane(random);
        LaneRule whole = new LaneRule();
        List<LaneRule.Verdict> verdicts = new ArrayList<>();
        for (long[] section : lane) {
            verdicts.add(judge(whole, section));
        }

        for (int from = 0; from < lane.size(); from++) {
            // What a settled snapshot knows at that place: the last valid seqs, and the fence.
            LaneRule before = new LaneRule();
            Map<Long, Long> seqs = new HashMap<>();
            for (long[] section : lane.subList(0, from)) {
                if (judge(before, section) == VALID && section[0] == 0) {
                    seqs.put(section[1], section[2]);
                }
            }
            LaneRule resumed = new LaneRule();
            resumed.fence(P, before.fenceOf(P));
            seqs.forEach((epoch, seq) -> resumed.resume(P, epoch, seq));
            for (int i = from; i < lane.size(); i++) {
                assertThat(judge(resumed, lane.get(i))).isEqualTo(verdicts.get(i));
            }
        }
    }

    private static LaneRule.Verdict judge(LaneRule rule, long[] section) {
        return section[0] == 0 ? rule.judge(P, section[1], section[2]) : rule.judge(new Section.Fence(P, section[1]));
    }

    /** Sections {0, epoch, seq} of writers that repeat themselves, and fences {1, epoch, 0}. */
    private static List<long[]> lane(Random random) {
        List<long[]> lane = new ArrayList<>();
        long[] next = {0, 1, 1, 1, 1};
        for (int i = 0; i < 60; i++) {
            int epoch = 1 + random.nextInt(4);
            if (random.nextInt(15) == 0) {
                lane.add(new long[] {1, epoch, 0});
            } else {
                long seq = random.nextBoolean() ? next[epoch]++ : 1 + random.nextInt((int) next[epoch]);
                next[epoch] = Math.max(next[epoch], seq + 1);
                lane.add(new long[] {0, epoch, seq});
            }
        }
        return Collections.unmodifiableList(lane);
    }
}
