// SPDX-License-Identifier: Apache-2.0
/** Redis as a shop. */
@NullMarked
package io.granary.benchmarks.load.redis;

import org.jspecify.annotations.NullMarked;
