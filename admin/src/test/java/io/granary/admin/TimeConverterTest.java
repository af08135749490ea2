// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class TimeConverterTest {
    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "60s,PT1M", "5 m,PT5M", "2h,PT2H", "1d,PT24H", "0s,PT0S"})
    void aTimeIsReadAsPeopleWriteIt(String written, Duration time) {
        assertThat(new TimeConverter().convert(written)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-1s", "1.5s", "1 week", "9999999999s"})
    void anythingElseIsRefused(String written) {
        assertThatThrownBy(() -> new TimeConverter().convert(written)).isInstanceOf(TypeConversionException.class);
    }
}
