// SPDX-License-Identifier: Apache-2.0
/** What a deduction costs, here and with others: {@code scripts/bench}. */
@NullMarked
package io.granary.benchmarks;

import org.jspecify.annotations.NullMarked;
