// SPDX-License-Identifier: Apache-2.0
/** Records of the stock log become rows: exactly once, in the order of their lane. */
@NullMarked
package io.granary.allocator.settlement;

import org.jspecify.annotations.NullMarked;
