// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import io.granary.model.Sku;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Prepares everybody for more units, so that no refusal is given that was false all the while. Thread-safe. */
@FunctionalInterface
public interface BeforeRestock {
    /** Completes when nobody is told any more that these SKUs have little or nothing. */
    CompletableFuture<Void> announce(Set<Sku> skus);
}
