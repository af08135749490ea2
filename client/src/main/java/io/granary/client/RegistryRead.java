// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import java.util.Optional;

/** What a read of the registry has brought: a view if the SKU was seen. */
record RegistryRead(End end, Optional<SkuView> view) {
    enum End {
        SEEN,
        NO_SUCH_SKU,
        OUT_OF_REACH
    }

    static final RegistryRead OUT_OF_REACH = new RegistryRead(End.OUT_OF_REACH, Optional.empty());

    static RegistryRead of(Optional<SkuView> view) {
        return new RegistryRead(view.isPresent() ? End.SEEN : End.NO_SUCH_SKU, view);
    }

    boolean isSelling() {
        return view.map(SkuView::state).filter(SkuState.SELLING::equals).isPresent();
    }
}
