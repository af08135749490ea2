// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.granary.faults.Fault.Kind;
import io.granary.faults.FaultPlan.Scene;
import io.granary.faults.FaultPlan.Step;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {
    private static final Duration SESSION = Duration.ofSeconds(4);

    private static List<Step> steps(long seed, int count) {
        FaultPlan plan = new FaultPlan(seed, SESSION);
        return Stream.generate(plan::next).limit(count).toList();
    }

    @Test
    void theSameSeedIsTheSamePlan() {
        assertThat(steps(7, 200)).isEqualTo(steps(7, 200));
    }

    @Test
    void anotherSeedIsAnotherPlan() {
        assertThat(steps(7, 20)).isNotEqualTo(steps(8, 20));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everythingThatCanHappenToAKindOfTargetDoes(long seed) {
        Set<String> happened = new HashSet<>();
        steps(seed, 80)
                .forEach(step -> step.faults()
                        .forEach(fault ->
                                happened.add(fault.kind() + " " + fault.target().group())));

        for (Kind kind : Kind.values()) {
            for (String group : kind.isOfLinks() ? Target.LINKS : Target.PROCESSES) {
                assertThat(happened).contains(kind + " " + group);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingHappensTwiceToATargetInAStep(long seed) {
        for (Step step : steps(seed, 500)) {
            assertThat(step.faults().stream().map(Fault::target)).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aTakeoverIsDisturbedWhileItHappens(long seed) {
        List<Step> takeovers = steps(seed, 100).stream()
                .filter(step -> step.scene() == Scene.TAKEOVER)
                .toList();

        assertThat(takeovers).isNotEmpty().allSatisfy(step -> {
            Fault lost = step.faults().get(0);
            Fault disturbance = step.faults().get(1);
            assertThat(lost.holdMillis()).isGreaterThan((int) SESSION.toMillis());
            assertThat(disturbance.afterMillis()).isBetween((int) SESSION.toMillis() * 2 / 3, lost.holdMillis());
        });
    }

    @Test
    void aLinkIsNotKilled() {
        Target link = Target.of(Target.NODE_TO_BROKER).get(0);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Fault(Kind.KILL, link, 0, 1))
                .withMessage("target: node-1>broker (expected: a process)");
    }
}
