// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

/**
 * A RocketMQ topic that must exist, readable and writable.
 *
 * @param name letters, digits, {@code _} and {@code -}, at most 64
 * @param queues how many queues, 1 to 1024; a topic that has more keeps them
 */
public record TopicSpec(String name, int queues) {
    public TopicSpec {
        Require.name("topic", name);
        Require.between("queues of " + name, queues, 1, 1024);
    }
}
