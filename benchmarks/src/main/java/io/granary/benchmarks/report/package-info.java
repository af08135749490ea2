// SPDX-License-Identifier: Apache-2.0
/** What was measured, as tables for people and JSON for programs. */
@NullMarked
package io.granary.benchmarks.report;

import org.jspecify.annotations.NullMarked;
