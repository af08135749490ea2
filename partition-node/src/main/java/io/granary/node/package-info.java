// SPDX-License-Identifier: Apache-2.0
/** A partition node as a service: its settings and its lifecycle. */
@NullMarked
package io.granary.node;

import org.jspecify.annotations.NullMarked;
