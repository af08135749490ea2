// SPDX-License-Identifier: Apache-2.0
/** Loops, logs and links that a test holds in its hand. */
@NullMarked
package io.granary.node.testing;

import org.jspecify.annotations.NullMarked;
