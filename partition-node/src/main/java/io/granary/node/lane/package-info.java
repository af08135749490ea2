// SPDX-License-Identifier: Apache-2.0
/** Group commit: partitions share a lane, one record is in flight, the offset decides. */
@NullMarked
package io.granary.node.lane;

import org.jspecify.annotations.NullMarked;
