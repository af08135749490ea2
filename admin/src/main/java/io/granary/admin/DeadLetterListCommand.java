// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.DeadLetterPage;
import io.granary.config.Check;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code granary admin dead-letters list}. */
@Command(
        name = "list",
        description = "Stock updates that were refused, with their reasons, the newest first.",
        footerHeading = "%nExamples:%n",
        footer = {"  granary admin dead-letters list", "  granary admin dead-letters list --limit 5 --output json"})
final class DeadLetterListCommand extends ApiCommand {
    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "at most so many, 1 to 1000 (default: ${DEFAULT-VALUE})",
            defaultValue = "20")
    private int limit = 20;

    @Option(names = "--before", paramLabel = "ID", description = "only those before this one")
    private @Nullable Long before;

    @Override
    int run(Api api, Output output) {
        Check.range("--limit", limit, 1, 1_000);
        String path = ApiPaths.of("dead-letters") + "?limit=" + limit + (before == null ? "" : "&before=" + before);
        DeadLetterPage page = api.get(path, DeadLetterPage.class);
        output.show(page, () -> {
            output.table(DeadLetterTables.letters(page.deadLetters()));
            if (page.next() != null) {
                output.line("… and more: --before " + page.next());
            }
        });
        return ExitCode.OK;
    }
}
