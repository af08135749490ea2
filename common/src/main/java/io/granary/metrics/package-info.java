// SPDX-License-Identifier: Apache-2.0
/** What a process tells those who watch it: meters, and whether it lives and is ready. */
@NullMarked
package io.granary.metrics;

import org.jspecify.annotations.NullMarked;
