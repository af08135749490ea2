// SPDX-License-Identifier: Apache-2.0
/** One writer per state: loops that run everything that touches a state, in order. */
@NullMarked
package io.granary.concurrent;

import org.jspecify.annotations.NullMarked;
