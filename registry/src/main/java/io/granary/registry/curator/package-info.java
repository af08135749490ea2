// SPDX-License-Identifier: Apache-2.0
/**
 * The registry on ZooKeeper. Curator keeps the session and elects the leader; reads and writes go to the session's bare
 * handle, one attempt and one answer each, because what to do after a lost answer is decided here and not by a retry
 * policy below.
 *
 * <p>All state of a role lives on the one loop of its {@link io.granary.registry.curator.CuratorRegistry}; ZooKeeper's
 * threads only hand tasks to it. Nothing blocks on the loop, and nothing rests on a time-out: a session's end is known
 * from the session, ownership of an entry from its ephemeral owner, leadership for a write from the latch's own node.
 */
@NullMarked
package io.granary.registry.curator;

import org.jspecify.annotations.NullMarked;
