// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.SkuDetail;
import io.granary.api.SkuPage;
import io.granary.api.SkuView;
import io.granary.config.Check;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin watch}. */
@Command(
        name = "watch",
        description = {
            "Shows a sale as it goes, until Ctrl-C: all SKUs, those that sell most first, or one with its partitions.",
            "Without a terminal, or with --output json, each look is written below the one before."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin watch",
            "  granary admin watch TICKET --every 500ms",
            "  granary admin watch --count 3 --output json"
        })
final class WatchCommand extends ApiCommand {
    private static final int MOST_SKUS = 10_000;
    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration MOST = Duration.ofHours(1);

    @Parameters(arity = "0..1", paramLabel = "SKU", description = "its code (default: all)")
    private @Nullable String sku;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            description = "from one look to the next, 100ms to 1h (default: ${DEFAULT-VALUE})",
            defaultValue = "1s",
            converter = TimeConverter.class)
    private Duration every = Duration.ofSeconds(1);

    @Option(names = "--count", paramLabel = "N", description = "end after so many looks (default: none)")
    private @Nullable Integer count;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "of all SKUs show so many, 1 to 10000 (default: ${DEFAULT-VALUE})",
            defaultValue = "20")
    private int rows = 20;

    private final Rates rates = new Rates();

    @Override
    int run(Api api, Output output) {
        Check.range("--every", every, LEAST, MOST);
        Check.range("--rows", rows, 1, MOST_SKUS);
        if (count != null) {
            Check.range("--count", count, 1, Integer.MAX_VALUE);
        }
        Screen screen = new Screen(output);
        for (long look = 1; ; look++) {
            Deadline next = Deadline.in(every);
            if (sku == null) {
                lookAtAll(api, output, screen);
            } else {
                lookAtOne(api, sku, output, screen);
            }
            if (count != null && look == count) {
                return ExitCode.OK;
            }
            next.pause(every);
        }
    }

    private void lookAtAll(Api api, Output output, Screen screen) {
        SkuPage page = api.get(ApiPaths.of("skus") + "?limit=" + MOST_SKUS, SkuPage.class);
        rates.look(page.skus());
        List<SkuView> shown =
                page.skus().stream().sorted(rates.fastestFirst()).limit(rows).toList();
        output.show(
                page,
                () -> screen.next(() -> {
                    output.line(
                            heading() + ", " + page.skus().size() + " SKUs" + (page.next() == null ? "" : " and more"));
                    output.table(sales(shown));
                }));
    }

    private void lookAtOne(Api api, String code, Output output, Screen screen) {
        SkuDetail detail = api.get(ApiPaths.of("skus", code), SkuDetail.class);
        rates.look(List.of(detail.sku()));
        output.show(
                detail,
                () -> screen.next(() -> {
                    output.line(heading());
                    output.table(sales(List.of(detail.sku())));
                    output.line("");
                    output.table(SkuTables.partitions(detail.partitions()));
                }));
    }

    private static String heading() {
        return LocalTime.now(ZoneId.systemDefault())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    private Table sales(List<SkuView> skus) {
        Table table = new Table()
                .text("SKU")
                .text("state")
                .number("inventory")
                .number("pool")
                .number("sold")
                .number("sold/s")
                .number("sold %");
        skus.forEach(one -> table.row(
                one.sku(),
                one.state(),
                one.inventory(),
                one.pool(),
                one.sold(),
                Math.round(rates.soldPerSecond(one.sku())),
                one.received() == 0 ? null : Math.round(100.0 * one.sold() / one.received())));
        return table;
    }
}
