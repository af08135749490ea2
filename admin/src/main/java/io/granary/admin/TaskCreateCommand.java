// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceRequest;
import io.granary.api.TaskKind;
import io.granary.api.TaskRequest;
import io.granary.api.TaskView;
import io.granary.config.Check;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin task create}. */
@Command(
        name = "create",
        description = "Makes a task.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin task create midnight open-sale --sku TICKET --at 2026-12-24T00:00:00+01:00 --ahead 10m",
            "  granary admin task create refill top-up --sku TICKET --units 50000 --every 15m",
            "  granary admin task create nightly reconcile --cron '30 3 * * *' --zone Europe/Berlin",
            "  granary admin task create maintenance rebalance --rebalance drain --node node-2 --at +30m"
        })
final class TaskCreateCommand extends ApiCommand {
    /** Times, of which there is one. */
    static final class When {
        @Option(
                names = "--at",
                paramLabel = "TIME",
                converter = Once.Converter.class,
                description = "once: 2026-12-24T00:00:00+01:00, or +30m from now on")
        private @Nullable Once at;

        @Option(
                names = "--every",
                paramLabel = "DURATION",
                converter = TimeConverter.class,
                description = "again and again: 30s, 15m, 1d")
        private @Nullable Duration every;

        @Option(
                names = "--cron",
                paramLabel = "EXPRESSION",
                description = "minute hour day month weekday, or six fields with the second first")
        private @Nullable String cron;
    }

    @Parameters(index = "0", paramLabel = "TASK", description = "its name: letters, digits, dots, underscores, hyphens")
    private String name = "";

    @Parameters(
            index = "1",
            paramLabel = "KIND",
            converter = TaskKindConverter.class,
            description = "open-sale, top-up, rebalance or reconcile")
    private TaskKind kind = TaskKind.RECONCILE;

    @ArgGroup(multiplicity = "1")
    private When when = new When();

    @Option(names = "--zone", paramLabel = "ZONE", description = "whose clock --cron means (default: UTC)")
    private @Nullable String zone;

    @Option(names = "--sku", paramLabel = "SKU", description = "whose; a rebalance may be about a node instead")
    private @Nullable String sku;

    @Option(
            names = "--units",
            paramLabel = "N",
            description = "the level of the pool: of a top-up; of an open-sale some time before")
    private @Nullable Long units;

    @Option(
            names = "--ahead",
            paramLabel = "DURATION",
            converter = TimeConverter.class,
            description =
                    "how long before its time an open-sale looks after the partitions (default: the allocator's setting)")
    private @Nullable Duration ahead;

    @Option(
            names = "--rebalance",
            paramLabel = "KIND",
            converter = RebalanceWish.KindConverter.class,
            description = "even, follow-demand, gather, slots, level, home, freeze, unfreeze or drain")
    private @Nullable RebalanceKind rebalance;

    @Option(names = "--node", paramLabel = "NODE", description = "of a drain: the node's configured name")
    private @Nullable String node;

    @Option(names = "--slots", paramLabel = "N", description = "of slots: how many there shall be, 1 to 1024")
    private @Nullable Integer slots;

    @Option(names = "--slot", paramLabel = "N", description = "of gather: where (default: where the most are)")
    private @Nullable Integer slot;

    @Override
    int run(Api api, Output output) {
        Once once = when.at;
        Duration in = once == null ? null : once.in();
        TaskRequest request = new TaskRequest(
                name,
                kind,
                sku,
                units,
                ahead == null ? null : seconds("--ahead", ahead),
                rebalance == null ? null : new RebalanceRequest(rebalance, null, node, slots, slot),
                once == null ? null : once.at(),
                in == null ? null : seconds("--at", in),
                when.every == null ? null : seconds("--every", when.every),
                when.cron,
                zone);
        TaskView made = api.post(ApiPaths.of("tasks"), request, TaskView.class);
        output.show(made, () -> output.table(TaskTables.tasks(List.of(made))));
        return ExitCode.OK;
    }

    private static long seconds(String option, Duration time) {
        Check.require(time.toMillisPart() == 0, option, time, "whole seconds");
        return time.toSeconds();
    }
}
