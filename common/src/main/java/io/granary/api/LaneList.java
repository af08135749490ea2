// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/** The lanes of the stock log, by number. */
public record LaneList(List<LaneView> lanes) {
    public LaneList {
        lanes = List.copyOf(lanes);
    }
}
