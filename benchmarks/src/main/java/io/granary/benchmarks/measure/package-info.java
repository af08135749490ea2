// SPDX-License-Identifier: Apache-2.0
/** What is measured besides the race. */
@NullMarked
package io.granary.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
