// SPDX-License-Identifier: Apache-2.0
/** Processes of a benchmark, and the line by which they are told what to do. */
@NullMarked
package io.granary.benchmarks.process;

import org.jspecify.annotations.NullMarked;
