// SPDX-License-Identifier: Apache-2.0
/**
 * {@code scripts/granary admin}: the operators' command line. A command is a small class that asks the allocators' API and
 * shows the answer, as a table or as the JSON that came.
 */
@NullMarked
package io.granary.admin;

import org.jspecify.annotations.NullMarked;
