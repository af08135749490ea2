// SPDX-License-Identifier: Apache-2.0
/** Configuration: read once, checked at start, immutable. */
@NullMarked
package io.granary.config;

import org.jspecify.annotations.NullMarked;
