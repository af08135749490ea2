// SPDX-License-Identifier: Apache-2.0

/**
 * What the tests of several modules need, once. A class that one module's tests use stays there; how long tests wait is
 * {@code io.granary.backing.Patience}, as the tests of common wait as well.
 */
@NullMarked
package io.granary.testing;

import org.jspecify.annotations.NullMarked;
