// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.Health;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code granary admin health}. */
@Command(
        name = "health",
        description = "Whether a sale can run: an allocator leads, the database answers, nodes are ready.",
        footerHeading = "%nExamples:%n",
        footer = {"  granary admin health", "  granary admin health --wait 60s    # in a script, after a start"})
final class HealthCommand extends ApiCommand {
    private static final Duration PAUSE = Duration.ofMillis(500);

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "ask again, until it is healthy or for so long: 500ms, 60s, 5m",
            converter = TimeConverter.class)
    private @Nullable Duration wait;

    @Override
    int run(Api api, Output output) {
        return show(ask(api), output);
    }

    /** Also who is not there yet is waited for. */
    @Override
    int attempt(Output output) {
        Deadline deadline = Deadline.in(wait == null ? Duration.ZERO : wait);
        while (true) {
            try {
                Health health = ask(api());
                if (health.healthy() || deadline.isOver()) {
                    return show(health, output);
                }
            } catch (AdminException e) {
                if (e.exitCode() != ExitCode.FAILED || deadline.isOver()) {
                    throw e;
                }
            }
            deadline.pause(PAUSE);
        }
    }

    private static Health ask(Api api) {
        return api.get(ApiPaths.of("health"), Health.class);
    }

    private static int show(Health health, Output output) {
        output.show(health, () -> {
            Table table = new Table().text("check").text("").text("");
            health.checks().forEach(check -> table.row(check.name(), check.ok() ? "ok" : "NOT OK", check.detail()));
            output.table(table);
            output.line(health.healthy() ? "healthy" : "NOT HEALTHY");
        });
        return health.healthy() ? ExitCode.OK : ExitCode.NO;
    }
}
