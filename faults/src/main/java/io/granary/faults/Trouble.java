// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.faults.Fault.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What sales had to stand: faults of one kind on one kind of target, one at a time, or {@link #COMBINED}.
 *
 * @param kind null of {@link #COMBINED}
 * @param group the kind of target
 */
record Trouble(@Nullable Kind kind, String group) {
    /** Several faults at once, or one that came before sales were normal again: it can't be said which did what. */
    static final Trouble COMBINED = new Trouble(null, "combined");

    static Trouble of(Fault fault) {
        return new Trouble(fault.kind(), fault.target().group());
    }

    @Override
    public String toString() {
        return kind == null ? group : kind + " " + group;
    }
}
