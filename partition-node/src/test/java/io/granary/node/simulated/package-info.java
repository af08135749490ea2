// SPDX-License-Identifier: Apache-2.0
/** A small world around the node's real classes, in virtual time: what happens follows from a seed. */
@NullMarked
package io.granary.node.simulated;

import org.jspecify.annotations.NullMarked;
