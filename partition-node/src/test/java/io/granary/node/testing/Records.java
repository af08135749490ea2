// SPDX-License-Identifier: Apache-2.0
package io.granary.node.testing;

import io.granary.record.Entries;
import io.granary.record.LogRecord;
import io.granary.record.RecordBuilder;
import java.util.function.Consumer;

/** Makes records. */
public final class Records {
    private Records() {}

    public static LogRecord of(Consumer<RecordBuilder> content) {
        RecordBuilder builder = new RecordBuilder("another", 0, 64);
        content.accept(builder);
        return LogRecord.decode(builder.build());
    }

    /** Deductions of ids (n, -n), each given as n and its quantity. */
    public static Entries entries(long... idsAndQuantities) {
        int count = idsAndQuantities.length / 2;
        byte[] bytes = new byte[count * Entries.WIDTH];
        for (int i = 0; i < count; i++) {
            long id = idsAndQuantities[2 * i];
            Entries.write(bytes, i * Entries.WIDTH, id, -id, Math.toIntExact(idsAndQuantities[2 * i + 1]));
        }
        return new Entries(bytes, 0, count);
    }
}
