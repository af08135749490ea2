// SPDX-License-Identifier: Apache-2.0
package io.granary.node;

import io.granary.model.PartitionId;
import io.granary.registry.NodeEntry;
import io.granary.registry.NodeRegistration;

/** A registry that nobody reads. */
public final class Unregistered implements NodeRegistration {
    @Override
    public void publish(NodeEntry node) {}

    @Override
    public void register(PartitionId partition, long epoch) {}

    @Override
    public void registerExhausted(PartitionId partition, long epoch) {}

    @Override
    public void deregister(PartitionId partition, long epoch) {}

    @Override
    public void close() {}
}
