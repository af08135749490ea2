// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

/**
 * A place in a lane from which a takeover may read the request ids of the id window.
 *
 * @param position an offset
 * @param ids request ids that were applied before the position
 * @param markedMillis when it was put, ms since 1970
 */
public record LaneMark(long position, long ids, long markedMillis) {}
