// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * When something is to be, once, as people write it: 2026-12-24T00:00:00+01:00, 2026-12-23T23:00:00Z, or +30m from now on.
 * From when on is for the database to say: the clock of this machine may be another.
 *
 * @param at a moment; null if {@code in} says it
 * @param in so long from now; null if {@code at} says it
 */
record Once(@Nullable Instant at, @Nullable Duration in) {
    /** From what people write. */
    static final class Converter implements ITypeConverter<Once> {
        @Override
        public Once convert(String value) {
            if (value.startsWith("+")) {
                return new Once(null, new TimeConverter().convert(value.substring(1)));
            }
            try {
                return new Once(
                        value.contains("[")
                                ? ZonedDateTime.parse(value).toInstant()
                                : OffsetDateTime.parse(value).toInstant(),
                        null);
            } catch (DateTimeException e) {
                throw new TypeConversionException("'" + value
                        + "' (expected: a time with its offset such as 2026-12-24T00:00:00+01:00, or +30m)");
            }
        }
    }
}
