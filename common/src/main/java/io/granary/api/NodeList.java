// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/** The nodes that live or are drained, ordered by name. */
public record NodeList(List<NodeView> nodes) {
    public NodeList {
        nodes = List.copyOf(nodes);
    }
}
