// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

/**
 * A record where it stands.
 *
 * @param storedMillis when the log stored it, by the log's clock: for lag and windows, nothing else rests on it
 */
public record LaneRecord(long offset, long storedMillis, byte[] body) {}
