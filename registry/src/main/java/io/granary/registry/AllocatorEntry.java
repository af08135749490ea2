// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

import io.granary.record.LogRecord;

/**
 * A live allocator.
 *
 * @param name of this start of it
 * @param address host:port of its HTTP API, as it joined with; empty if it does not say
 * @param reads the highest version of the stock log's records that it reads; 1 if it does not say
 */
public record AllocatorEntry(String name, String address, int reads) {
    /** An allocator of this build. */
    public AllocatorEntry(String name, String address) {
        this(name, address, LogRecord.VERSION);
    }
}
