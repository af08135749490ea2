// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.registry.PartitionEntry;
import io.granary.registry.SkuEntry;
import io.granary.registry.SkuView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a SKU's view of what stands in ZooKeeper. Pure. */
final class SkuViews {
    private static final Logger LOG = LoggerFactory.getLogger(SkuViews.class);

    /**
     * Of two entries with the same epoch everybody picks the same one: of one owner that is exhausted and then has units
     * again, or the other way round, the one with units. The log rules two owners out.
     */
    private static final Comparator<PartitionEntry> AUTHORITY = Comparator.comparingLong(PartitionEntry::epoch)
            .thenComparing(PartitionEntry::node)
            .thenComparing(entry -> !entry.exhausted());

    private SkuViews() {}

    /**
     * @param partitions the names below {@code partitions}; those that are not ours are skipped
     */
    static SkuView of(SkuEntry sku, List<String> partitions) {
        return new SkuView(sku.state(), sku.slots(), highestEpochs(partitions));
    }

    private static List<PartitionEntry> highestEpochs(List<String> names) {
        TreeMap<Integer, PartitionEntry> bySlot = new TreeMap<>();
        for (String name : names) {
            Optional<PartitionEntry> entry = RegistryPaths.partitionNamed(name);
            if (entry.isEmpty()) {
                LOG.debug("{} among partitions is not one", name);
                continue;
            }
            bySlot.merge(entry.get().slot(), entry.get(), (a, b) -> AUTHORITY.compare(a, b) >= 0 ? a : b);
        }
        return new ArrayList<>(bySlot.values());
    }
}
