// SPDX-License-Identifier: Apache-2.0
/** Granary as a shop. */
@NullMarked
package io.granary.benchmarks.load.granary;

import org.jspecify.annotations.NullMarked;
