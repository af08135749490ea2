// SPDX-License-Identifier: Apache-2.0
/** Who lives, who serves what, who leads, what sells: the roles of ZooKeeper as ports, and their Curator implementation. */
@NullMarked
package io.granary.registry;

import org.jspecify.annotations.NullMarked;
