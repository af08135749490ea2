// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrantPolicyTest {
    // Horizon 1 s, never less than for 100 ms, half a fair share, at least 100 units, a slot for 25,000, at most 8.
    static final AllocationSettings SETTINGS =
            new AllocationSettings(Duration.ofSeconds(1), Duration.ofMillis(100), 2, 100, 25_000, 8);

    private final GrantPolicy policy = new GrantPolicy(SETTINGS);

    private long units(long inventory, int slots, double rate, long remaining) {
        return policy.units(inventory, slots, policy.share(inventory, slots), rate, remaining);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "24999,1", "49999,1", "50000,2", "100000,4", "10000000,8"})
    void oneSlotForSoManyUnitsReceived(long received, int slots) {
        assertThat(policy.slots(received)).isEqualTo(slots);
    }

    @Test
    void enoughForTheRecentRateOverTheHorizon() {
        assertThat(units(100_000, 4, 3_000, 0)).isEqualTo(3_000);
        assertThat(units(100_000, 4, 3_000, 500)).isEqualTo(2_500);
    }

    @Test
    void atMostAFairShrinkingShareOfWhatIsLeft() {
        assertThat(units(100_000, 4, 1_000_000, 0)).isEqualTo(100_000);
        assertThat(units(10_000_000, 4, 5_000_000, 0)).isEqualTo(1_250_000);
        assertThat(units(80_000, 4, 20_000, 0)).isEqualTo(10_000);
        assertThat(units(70_000, 4, 20_000, 0)).isEqualTo(8_750);
    }

    @Test
    void neverLessThanAMinimumSoThatRefillsKeepUp() {
        assertThat(units(100_000, 4, 10, 0)).isEqualTo(100);
        assertThat(units(10_000, 4, 40_000, 0)).isEqualTo(4_000);
    }

    @Test
    void everythingIfLittleWouldBeLeft() {
        assertThat(units(199, 4, 10, 0)).isEqualTo(199);
        assertThat(units(200, 4, 10, 0)).isEqualTo(100);
        assertThat(units(7, 4, 10, 0)).isEqualTo(7);
        assertThat(units(0, 4, 10, 0)).isZero();
    }

    @Test
    void everythingToTheOnlySlotAsNothingCanBeStranded() {
        assertThat(units(10_000, 1, 0, 0)).isEqualTo(10_000);
        assertThat(units(10_000, 1, 5, 100)).isEqualTo(10_000);
    }

    @Test
    void aShareIfNobodyKnowsTheRateYet() {
        assertThat(units(100_000, 4, 0, 0)).isEqualTo(12_500);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(
                        () -> new AllocationSettings(Duration.ofSeconds(1), Duration.ofSeconds(2), 2, 100, 25_000, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("least-horizon: 2 s (expected: 0 s to 1 s)");
        assertThatThrownBy(() -> new AllocationSettings(Duration.ofSeconds(1), Duration.ZERO, 0, 100, 25_000, 8))
                .hasMessage("fairness: 0 (expected: 1 to 100)");
    }
}
