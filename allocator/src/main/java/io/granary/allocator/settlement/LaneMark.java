// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

/**
 * A place in a lane from which a takeover may read the request ids of the id window. When it was put, the books say: by
 * their own clock, as they also tell its age ({@link KnownMark}).
 *
 * @param position an offset
 * @param ids request ids that were applied before the position
 */
public record LaneMark(long position, long ids) {}
