// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

import io.granary.model.PartitionId;

/**
 * A node's own entries. It holds what should be registered and makes the registry agree, again after every lost
 * session; many changes go in one multi-operation. Thread-safe; calls return at once.
 */
public interface NodeRegistration extends AutoCloseable {
    /** Publishes, or replaces, the node's entry. */
    void publish(NodeEntry node);

    /** The partition is served here at this epoch and has units. */
    void register(PartitionId partition, long epoch);

    /** The partition is served here at this epoch and has no units: who asks again for what it deducted finds it. */
    void registerExhausted(PartitionId partition, long epoch);

    /** The partition is no longer served here at this epoch. Unknown ones are ignored. */
    void deregister(PartitionId partition, long epoch);

    /** Takes everything away. */
    @Override
    void close();
}
