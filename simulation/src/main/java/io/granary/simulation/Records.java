// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.record.RecordBuilder;
import io.granary.record.Section;

/** Writing what was read. */
final class Records {
    private Records() {}

    static void add(RecordBuilder builder, Section section) {
        if (section instanceof Section.Fence fence) {
            builder.fence(fence.partition(), fence.epoch());
        } else if (section instanceof Section.Numbered numbered) {
            add(builder, numbered, numbered.seq());
        }
    }

    static void add(RecordBuilder builder, Section.Numbered section, long seq) {
        if (section instanceof Section.Deductions deductions) {
            builder.deductions(section.partition(), section.epoch(), seq, deductions.entries());
        } else if (section instanceof Section.Return back) {
            builder.returned(section.partition(), section.epoch(), seq, back.units());
        }
    }
}
