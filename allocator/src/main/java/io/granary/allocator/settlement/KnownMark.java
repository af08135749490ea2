// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

/**
 * A {@link LaneMark} as the books have it.
 *
 * @param position an offset
 * @param ids request ids that were applied before the position
 * @param ageMillis since it was put, in ms; from the clock that stamped it, in the statement that read it
 */
public record KnownMark(long position, long ids, long ageMillis) {}
