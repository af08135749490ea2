// SPDX-License-Identifier: Apache-2.0
/** Fence and fold: how a node comes to own what another one served. */
@NullMarked
package io.granary.node.takeover;

import org.jspecify.annotations.NullMarked;
