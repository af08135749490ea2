// SPDX-License-Identifier: Apache-2.0
/** Those that sell, each with the processes it needs. */
@NullMarked
package io.granary.benchmarks.contender;

import org.jspecify.annotations.NullMarked;
