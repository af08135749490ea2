// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.registry.NodeEntry;
import java.util.Map;
import java.util.TreeMap;

/** Reads the live nodes, ordered by incarnation; what is not one of ours is skipped. Pure. */
final class NodeEntries {
    private NodeEntries() {}

    static Map<String, NodeEntry> of(Map<String, byte[]> children) {
        Map<String, NodeEntry> nodes = new TreeMap<>();
        children.forEach((child, data) -> RegistryPaths.nameOf(child)
                .flatMap(incarnation -> RegistryCodec.decodeNode(incarnation, data))
                .ifPresent(node -> nodes.put(node.incarnation(), node)));
        return nodes;
    }
}
