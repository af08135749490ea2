// SPDX-License-Identifier: Apache-2.0
/**
 * What people and Prometheus see of an allocator: the console's page and its events, metrics and health. All of it
 * reads; none of it is needed for a sale.
 */
@NullMarked
package io.granary.allocator.console;

import org.jspecify.annotations.NullMarked;
