// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

/**
 * How far settlement is behind the log, in the lanes of one allocator.
 *
 * @param records that were read, are known to be acknowledged, and are not applied yet
 * @param millis age of the oldest of them; 0 if there is none
 */
public record Lag(long records, long millis) {}
