// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

/**
 * A live allocator.
 *
 * @param name of this start of it
 * @param address host:port of its HTTP API, as it joined with; empty if it does not say
 */
public record AllocatorEntry(String name, String address) {}
