// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.SkuPage;
import io.granary.api.SkuView;
import io.granary.config.Check;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code granary admin sku list}. */
@Command(
        name = "list",
        description = "All SKUs with their figures, as settled.",
        footerHeading = "%nExamples:%n",
        footer = {"  granary admin sku list", "  granary admin sku list --limit 10 --output json"})
final class SkuListCommand extends ApiCommand {
    private static final int PAGE = 1_000;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "at most so many, 1 to 1000000 (default: ${DEFAULT-VALUE})",
            defaultValue = "10000")
    private int limit = 10_000;

    @Option(names = "--after", paramLabel = "SKU", description = "only those after this code")
    private @Nullable String after;

    @Override
    int run(Api api, Output output) {
        Check.range("--limit", limit, 1, 1_000_000);
        List<SkuView> skus = new ArrayList<>();
        String next = after;
        do {
            String path = ApiPaths.of("skus") + "?limit=" + Math.min(PAGE, limit - skus.size())
                    + (next == null ? "" : "&after=" + ApiPaths.segment(next));
            SkuPage page = api.get(path, SkuPage.class);
            skus.addAll(page.skus());
            next = page.next();
        } while (next != null && skus.size() < limit);
        String further = next;
        output.show(new SkuPage(skus, further), () -> {
            output.table(SkuTables.skus(skus));
            if (further != null) {
                output.line("… and more: --after " + further);
            }
        });
        return ExitCode.OK;
    }
}
