// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.DeadLetterView;
import io.granary.api.ReplayRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin dead-letters replay}. */
@Command(
        name = "replay",
        description = {
            "Publishes a stock update again that was refused: as it was, once the reason is gone, or corrected.",
            "It is applied once, however often it is published; if the reason still stands it is refused again."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin dead-letters replay 17",
            "  granary admin dead-letters replay 17 --document corrected.json"
        })
final class DeadLetterReplayCommand extends ApiCommand {
    @Parameters(paramLabel = "ID", description = "its id, as listed")
    private String id = "";

    @Option(names = "--document", paramLabel = "FILE", description = "a JSON document instead of what it said")
    private @Nullable Path document;

    @Override
    int run(Api api, Output output) {
        DeadLetterView letter = api.post(
                ApiPaths.of("dead-letters", id, "replay"),
                new ReplayRequest(document == null ? null : read(document)),
                DeadLetterView.class);
        output.show(letter, () -> output.table(DeadLetterTables.letters(List.of(letter))));
        return ExitCode.OK;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw AdminException.badArguments(
                    "--document: '" + file + "' (expected: a file that can be read; " + e + ")");
        }
    }
}
