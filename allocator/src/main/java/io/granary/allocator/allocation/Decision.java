// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import java.util.List;

/**
 * What to do for a SKU now.
 *
 * @param target the slot in which units are gathered; {@link #NO_TARGET} if nothing is gathered
 * @param waiting somebody wants units that are on their way, or not settled: decide again soon
 */
public record Decision(List<Action> actions, int target, boolean waiting) {
    public static final int NO_TARGET = -1;

    public Decision {
        actions = List.copyOf(actions);
    }
}
