// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import io.granary.allocator.allocation.LiveNodes;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** A witness who says what he was told. */
public record Told(Supplier<List<String>> told, Supplier<LiveNodes> live) implements TaskStore.Witness {
    /** The books add up; two nodes serve, x and y. */
    public static final Told NOTHING_SPECIAL = new Told(List::of, () -> nodes("x", "y"));

    public static LiveNodes nodes(String... ready) {
        return new LiveNodes(Set.of(ready), Set.of(ready), false);
    }

    @Override
    public List<String> drifts() {
        return told.get();
    }

    @Override
    public LiveNodes nodes() {
        return live.get();
    }
}
