// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.TaskKind;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The kind of a task as people write it: open-sale. */
final class TaskKindConverter implements ITypeConverter<TaskKind> {
    @Override
    public TaskKind convert(String value) {
        String name = value.toUpperCase(Locale.ROOT).replace('-', '_');
        for (TaskKind kind : TaskKind.values()) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        throw new TypeConversionException("'" + value + "' (expected: open-sale, top-up, rebalance or reconcile)");
    }
}
