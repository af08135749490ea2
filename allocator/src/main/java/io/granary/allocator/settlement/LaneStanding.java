// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Where settlement stands in a lane.
 *
 * @param settled the offset of the first record that is not applied
 * @param tail the {@link io.granary.log.LaneRecord#print} of the record before it; empty if nothing was applied yet
 * @param ids request ids applied so far
 * @param lastMark the newest mark; null if there is none
 * @param alarm why settlement stopped here; null if it did not
 */
public record LaneStanding(
        long settled,
        OptionalLong tail,
        long ids,
        @Nullable LaneMark lastMark,
        @Nullable String alarm) {}
