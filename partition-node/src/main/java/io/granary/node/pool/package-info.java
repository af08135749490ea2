// SPDX-License-Identifier: Apache-2.0
/** The pure state of one partition: its units and the request ids that it remembers. */
@NullMarked
package io.granary.node.pool;

import org.jspecify.annotations.NullMarked;
