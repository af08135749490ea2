// SPDX-License-Identifier: Apache-2.0
/** Stock updates from outside: each is applied once, or goes to the dead letters with its reason. */
@NullMarked
package io.granary.allocator.stock;

import org.jspecify.annotations.NullMarked;
