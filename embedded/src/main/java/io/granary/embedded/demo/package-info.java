// SPDX-License-Identifier: Apache-2.0
/** A sale of real or made-up orders through everything, and what proves that it went right. */
@NullMarked
package io.granary.embedded.demo;

import org.jspecify.annotations.NullMarked;
