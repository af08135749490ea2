// SPDX-License-Identifier: Apache-2.0
/** The library of callers: finds who serves a SKU, sends deductions in batches, and asks again where that is safe. */
@NullMarked
package io.granary.client;

import org.jspecify.annotations.NullMarked;
