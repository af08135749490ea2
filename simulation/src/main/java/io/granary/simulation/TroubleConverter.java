// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of a trouble, as people write it. */
final class TroubleConverter implements ITypeConverter<Trouble> {
    @Override
    public Trouble convert(String text) {
        try {
            return Trouble.named(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
