// SPDX-License-Identifier: Apache-2.0
/** The load generator: callers of a shop, and what they see. */
@NullMarked
package io.granary.benchmarks.load;

import org.jspecify.annotations.NullMarked;
