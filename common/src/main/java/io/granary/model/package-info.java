// SPDX-License-Identifier: Apache-2.0
/** The vocabulary as types: SKUs, partitions, request ids, quantities. */
@NullMarked
package io.granary.model;

import org.jspecify.annotations.NullMarked;
