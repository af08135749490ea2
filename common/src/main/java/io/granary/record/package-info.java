// SPDX-License-Identifier: Apache-2.0
/** The records of the stock log: their layout, and the one rule that decides what they say. */
@NullMarked
package io.granary.record;

import org.jspecify.annotations.NullMarked;
