// SPDX-License-Identifier: Apache-2.0
/** The node's edge: clients, the leader, the registry, the lifecycle. */
@NullMarked
package io.granary.node.server;

import org.jspecify.annotations.NullMarked;
