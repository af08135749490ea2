// SPDX-License-Identifier: Apache-2.0
/** Changes of stock that come from outside, for shops and warehouses to publish. */
@NullMarked
package io.granary.stock;

import org.jspecify.annotations.NullMarked;
