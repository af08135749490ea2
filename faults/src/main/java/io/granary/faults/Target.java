// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Something that the nemesis can do something to: a process, or the link between two kinds of processes.
 *
 * @param group the kind, such as {@code node}, or {@code node>broker} for a link
 * @param name which of them, such as {@code node-2}, or {@code node-2>broker}
 */
record Target(String group, String name) {
    static final int ALLOCATORS = 2;
    static final int NODES = 3;

    static final String ZOOKEEPER = "zookeeper";
    static final String NAME_SERVER = "nameserver";
    static final String BROKER = "broker";
    static final String MARIADB = "mariadb";
    static final String ALLOCATOR = "allocator";
    static final String NODE = "node";

    static final String CLIENT_TO_ZOOKEEPER = "client>zookeeper";
    static final String CLIENT_TO_NODE = "client>node";
    static final String LEADER_TO_NODE = "leader>node";
    static final String NODE_TO_BROKER = "node>broker";
    static final String NODE_TO_ZOOKEEPER = "node>zookeeper";
    static final String ALLOCATOR_TO_BROKER = "allocator>broker";
    static final String ALLOCATOR_TO_MARIADB = "allocator>mariadb";
    static final String ALLOCATOR_TO_ZOOKEEPER = "allocator>zookeeper";

    static final List<String> PROCESSES = List.of(ZOOKEEPER, NAME_SERVER, BROKER, MARIADB, ALLOCATOR, NODE);

    /** A link to RocketMQ leads to the name server too. */
    static final List<String> LINKS = List.of(
            CLIENT_TO_ZOOKEEPER,
            CLIENT_TO_NODE,
            LEADER_TO_NODE,
            NODE_TO_BROKER,
            NODE_TO_ZOOKEEPER,
            ALLOCATOR_TO_BROKER,
            ALLOCATOR_TO_MARIADB,
            ALLOCATOR_TO_ZOOKEEPER);

    boolean isLink() {
        return group.indexOf('>') >= 0;
    }

    /** All of a kind. */
    static List<Target> of(String group) {
        if (group.contains(NODE)) {
            return numbered(group, NODE, NODES);
        }
        return group.contains(ALLOCATOR) ? numbered(group, ALLOCATOR, ALLOCATORS) : List.of(new Target(group, group));
    }

    private static List<Target> numbered(String group, String part, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> new Target(group, group.replace(part, part + "-" + number)))
                .toList();
    }
}
