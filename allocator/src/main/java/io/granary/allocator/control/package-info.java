// SPDX-License-Identifier: Apache-2.0
/** The leader's reconcile loop: desired state in the books, actual state as nodes report it. */
@NullMarked
package io.granary.allocator.control;

import org.jspecify.annotations.NullMarked;
