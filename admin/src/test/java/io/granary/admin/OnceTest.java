// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class OnceTest {
    private static Once read(String written) {
        return new Once.Converter().convert(written);
    }

    /** The clock of the operator's machine has no say in when a sale opens. */
    @Test
    void soLongFromNowOnIsLeftToTheDatabase() {
        assertThat(read("+30m")).isEqualTo(new Once(null, Duration.ofMinutes(30)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"2026-12-24T00:00:00+01:00", "2026-12-23T23:00:00Z", "2026-12-24T00:00+01:00[Europe/Berlin]"})
    void aMomentIsReadAsPeopleWriteIt(String written) {
        assertThat(read(written)).isEqualTo(new Once(Instant.parse("2026-12-23T23:00:00Z"), null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tomorrow", "2026-12-24T00:00:00", "+", "+30"})
    void anythingElseIsRefused(String written) {
        assertThatThrownBy(() -> read(written)).isInstanceOf(TypeConversionException.class);
    }
}
