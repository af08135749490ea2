// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TroubleTest {
    private static final int SEEDS = 200;

    private static List<Plan> plans(Set<Trouble> troubles) {
        return LongStream.rangeClosed(1, SEEDS)
                .mapToObj(seed -> Plan.of(seed, troubles))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void comesToSomeRunsAndChangesNoOther(Trouble trouble) {
        List<Plan> without = plans(Set.of());
        List<Plan> with = plans(Set.of(trouble));

        long changed = LongStream.range(0, SEEDS)
                .filter(i -> !with.get((int) i).equals(without.get((int) i)))
                .count();
        assertThat((double) changed / SEEDS).isBetween(trouble.share() / 3, trouble.share() * 2);
    }

    /** What one draws changes nothing for another. */
    @Test
    void eachDrawsForItself() {
        List<Plan> one = plans(Set.of(Trouble.BUSY_NODES));
        List<Plan> both = plans(EnumSet.of(Trouble.BUSY_NODES, Trouble.RUSH_WITHOUT_BROKER));

        assertThat(both.stream().map(Plan::conditions).toList())
                .isEqualTo(one.stream().map(Plan::conditions).toList());
        assertThat(both.stream().map(Plan::steps).toList())
                .isEqualTo(one.stream().map(Plan::steps).toList());
    }

    @ParameterizedTest
    @EnumSource
    void isKnownByItsName(Trouble trouble) {
        assertThat(Trouble.named(trouble.text())).isEqualTo(trouble);
    }

    @Test
    void aNameThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Trouble.named("rain"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("trouble: rain (expected: one of registry-outage, ");
    }
}
