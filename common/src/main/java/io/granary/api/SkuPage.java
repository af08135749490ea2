// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some SKUs, in the order of their codes.
 *
 * @param next ask for those after this one; null if these were the last
 */
public record SkuPage(List<SkuView> skus, @Nullable String next) {
    public SkuPage {
        skus = List.copyOf(skus);
    }
}
