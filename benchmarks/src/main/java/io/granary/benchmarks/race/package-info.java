// SPDX-License-Identifier: Apache-2.0
/** Contenders sell the same, in turn, round after round. */
@NullMarked
package io.granary.benchmarks.race;

import org.jspecify.annotations.NullMarked;
