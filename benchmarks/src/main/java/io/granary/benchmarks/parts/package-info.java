// SPDX-License-Identifier: Apache-2.0
/** The parts of the path on their own, under JMH: time and allocation for each entry. */
@NullMarked
package io.granary.benchmarks.parts;

import org.jspecify.annotations.NullMarked;
