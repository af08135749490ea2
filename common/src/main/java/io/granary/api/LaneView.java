// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import org.jspecify.annotations.Nullable;

/**
 * A lane of the stock log.
 *
 * @param owner the incarnation of the node that appends there; null: nobody
 * @param settled the offset of the first record that is not applied
 * @param alarm why settlement stopped there; null: it did not
 */
public record LaneView(
        int lane,
        @Nullable String owner,
        long settled,
        @Nullable String alarm) {}
