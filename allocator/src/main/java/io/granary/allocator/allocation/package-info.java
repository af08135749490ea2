// SPDX-License-Identifier: Apache-2.0
/** How much to whom: pure decisions over the books and what the nodes report, and the port to the books. */
@NullMarked
package io.granary.allocator.allocation;

import org.jspecify.annotations.NullMarked;
