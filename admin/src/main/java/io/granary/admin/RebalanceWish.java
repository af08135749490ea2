// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** What a rebalance is to do, as arguments. */
final class RebalanceWish {
    /** Kinds as they are typed: follow-demand. */
    static final class KindConverter implements ITypeConverter<RebalanceKind> {
        @Override
        public RebalanceKind convert(String value) {
            try {
                return RebalanceKind.of(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    @Parameters(
            index = "0",
            paramLabel = "KIND",
            description = {
                "even: all slots get about the same",
                "follow-demand: slots get units by their recent rates",
                "gather: one slot gets everything, also the inventory",
                "slots: more slots, or fewer (--slots)",
                "level: its partitions are spread over the nodes",
                "home: everything goes back to the inventory; the SKU is frozen",
                "freeze, unfreeze: no unit is moved any more, or again",
                "drain: the partitions of a node get other owners"
            },
            converter = KindConverter.class)
    private RebalanceKind kind = RebalanceKind.EVEN;

    @Parameters(index = "1", paramLabel = "SKU|NODE", description = "its code; of drain: the node's configured name")
    private String what = "";

    @Option(names = "--slots", paramLabel = "N", description = "of slots: how many there shall be, 1 to 1024")
    private @Nullable Integer slots;

    @Option(names = "--slot", paramLabel = "N", description = "of gather: where (default: where the most are)")
    private @Nullable Integer slot;

    RebalanceRequest request() {
        boolean isDrain = kind == RebalanceKind.DRAIN;
        return new RebalanceRequest(kind, isDrain ? null : what, isDrain ? what : null, slots, slot);
    }
}
