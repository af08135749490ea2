// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import io.granary.allocator.allocation.Wish;
import io.granary.config.Check;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task as an operator wants it. Immutable.
 *
 * @param name 1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or a digit
 * @param sku null if it is about no SKU, or about all
 * @param units OPEN_SALE: the pool has this many some time before, 0 for as many as the leader finds right; TOP_UP: the
 *     pool has this many, 1 or more. At most 10^12
 * @param ahead OPEN_SALE: how long before its time it prepares, 0 to 24 h in whole seconds
 * @param rebalance REBALANCE: what it begins, of the same SKU or of a node; else null
 */
public record TaskDefinition(
        String name,
        TaskKind kind,
        @Nullable Sku sku,
        long units,
        Duration ahead,
        @Nullable Wish rebalance,
        Timing timing) {
    public static final Duration LONGEST_AHEAD = Duration.ofHours(24);
    private static final long MAX_UNITS = 1_000_000_000_000L;

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public TaskDefinition {
        Check.require(
                name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
                "name",
                name,
                "1 to 64 letters, digits, dots, underscores, hyphens, the first a letter or a digit");
        Check.require(sku != null || !kind.needsSku(), "sku", "none", "one, as the task is an " + kind);
        Check.range("units", units, kind == TaskKind.TOP_UP ? 1 : 0, MAX_UNITS);
        Check.range("ahead", ahead, Duration.ZERO, LONGEST_AHEAD);
        Check.require(ahead.toNanosPart() == 0, "ahead", ahead, "whole seconds");
        Check.require(
                (rebalance != null) == (kind == TaskKind.REBALANCE),
                "rebalance",
                rebalance == null ? "none" : rebalance.kind().toString(),
                kind == TaskKind.REBALANCE ? "the kind of the rebalance" : "none, as the task is a " + kind);
        Check.require(
                rebalance == null || Objects.equals(rebalance.sku(), sku),
                "rebalance.sku",
                rebalance == null ? "none" : String.valueOf(rebalance.sku()),
                "the task's: " + sku);
    }

    /** One line that says what it does, and when. */
    public String inWords() {
        StringBuilder words = new StringBuilder(kind.name());
        if (rebalance != null) {
            words.append(' ').append(rebalance.kind());
            words.append(rebalance.node() == null ? "" : " of " + rebalance.node());
            words.append(rebalance.inWords().isEmpty() ? "" : " " + rebalance.inWords());
        }
        words.append(units == 0 ? "" : " to " + units + " units");
        words.append(ahead.isZero() ? "" : " " + ahead.toSeconds() + " s ahead");
        if (timing instanceof Timing.At at) {
            words.append(" at ").append(at.time());
        } else if (timing instanceof Timing.Every every) {
            words.append(" every ").append(every.interval().toSeconds()).append(" s");
        } else if (timing instanceof Timing.Cron cron) {
            words.append(" cron ").append(cron.expression()).append(' ').append(cron.zone());
        }
        return words.toString();
    }

    /** Whether its runs check the books. */
    public boolean reconciles() {
        return kind == TaskKind.RECONCILE;
    }

    /** Whether its runs drain a node. */
    public boolean drains() {
        return rebalance != null && rebalance.kind().isOfNode();
    }

    /** What it does first for each of its times. */
    Step firstStep() {
        return kind == TaskKind.OPEN_SALE && !ahead.isZero() ? Step.PREPARE : Step.RUN;
    }
}
