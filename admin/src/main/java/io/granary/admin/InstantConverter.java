// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment as people write it: 2026-12-24T00:00:00+01:00, 2026-12-23T23:00:00Z, or +30m from now on. */
final class InstantConverter implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String value) {
        if (value.startsWith("+")) {
            return Instant.now().plus(new TimeConverter().convert(value.substring(1)));
        }
        try {
            return value.contains("[")
                    ? ZonedDateTime.parse(value).toInstant()
                    : OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeException e) {
            throw new TypeConversionException(
                    "'" + value + "' (expected: a time with its offset such as 2026-12-24T00:00:00+01:00, or +30m)");
        }
    }
}
