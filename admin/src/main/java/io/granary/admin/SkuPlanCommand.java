// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.SkuPlanContent;
import io.granary.api.SkuPlanView;
import io.granary.config.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin sku plan}. */
@Command(
        name = "plan",
        description =
                "How the units of a SKU are given out. Options change what they name and leave the rest; without any,"
                        + " it is only shown. How many slots there are is a rebalance: rebalance apply slots.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin sku plan TICKET",
            "  granary admin sku plan TICKET --first 10000 --ceiling-percent 20",
            "  granary admin sku plan TICKET --reset --horizon 5s"
        })
final class SkuPlanCommand extends ApiCommand {
    @Parameters(paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Option(names = "--reset", description = "forget what was planned before")
    private boolean reset;

    @Option(names = "--first", paramLabel = "UNITS", description = "all slots together get so many at first")
    private @Nullable Long first;

    @Option(
            names = "--horizon",
            paramLabel = "TIME",
            description = "a refill is enough for the recent rate over so long: 500ms, 5s",
            converter = TimeConverter.class)
    private @Nullable Duration horizon;

    @Option(names = "--low-watermark", paramLabel = "UNITS", description = "a slot with fewer units is refilled")
    private @Nullable Long lowWatermark;

    @Option(names = "--ceiling", paramLabel = "UNITS", description = "the pool is filled up to so many units")
    private @Nullable Long ceiling;

    @Option(
            names = "--ceiling-percent",
            paramLabel = "PERCENT",
            description = "and up to this part of what can still be sold")
    private @Nullable Integer ceilingPercent;

    @Override
    int run(Api api, Output output) {
        if (horizon != null) {
            Check.range("--horizon", horizon, Duration.ofMillis(10), Duration.ofHours(1));
        }
        String path = ApiPaths.of("skus", sku, "plan");
        SkuPlanView present = api.get(path, SkuPlanView.class);
        SkuPlanContent wanted = changed(reset ? new SkuPlanContent(null, null, null, null, null) : present.plan());
        SkuPlanView view = wanted.equals(present.plan()) ? present : api.put(path, wanted, SkuPlanView.class);
        output.show(view, () -> output.table(table(view)));
        return ExitCode.OK;
    }

    private SkuPlanContent changed(SkuPlanContent before) {
        return new SkuPlanContent(
                first == null ? before.firstUnits() : first,
                horizon == null ? before.horizonMillis() : Long.valueOf(horizon.toMillis()),
                lowWatermark == null ? before.lowWatermark() : lowWatermark,
                ceiling == null ? before.ceilingUnits() : ceiling,
                ceilingPercent == null ? before.ceilingPercent() : ceilingPercent);
    }

    private static Table table(SkuPlanView view) {
        SkuPlanContent plan = view.plan();
        return new Table()
                .text("plan of " + view.sku())
                .text("")
                .row("slots", view.slots())
                .row("first units", set(plan.firstUnits(), ""))
                .row("horizon", set(plan.horizonMillis(), " ms"))
                .row("low watermark", set(plan.lowWatermark(), " units in a slot"))
                .row("ceiling of the pool", set(plan.ceilingUnits(), " units"))
                .row("and as a part", set(plan.ceilingPercent(), " % of what can be sold"))
                .row("frozen", view.frozen() ? "yes" : "no")
                .row("rebalance", view.rebalance() == null ? "none" : String.valueOf(view.rebalance()));
    }

    private static String set(@Nullable Number value, String unit) {
        return value == null ? "as the settings say" : value + unit;
    }
}
