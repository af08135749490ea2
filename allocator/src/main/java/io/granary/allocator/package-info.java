// SPDX-License-Identifier: Apache-2.0
/** The allocator: the only component that talks to MySQL. It settles; one of them, the leader, plans. */
@NullMarked
package io.granary.allocator;

import org.jspecify.annotations.NullMarked;
