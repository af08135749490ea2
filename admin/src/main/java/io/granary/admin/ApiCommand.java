// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.config.InvalidConfigurationException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks the API. It ends with one of {@link ExitCode}, and one line on the error output if that is not 0. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
abstract class ApiCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table for people, json for programs (default: ${DEFAULT-VALUE})",
            defaultValue = "table")
    private Output.Format format = Output.Format.table;

    /**
     * Asks and shows.
     *
     * @return the exit code
     * @throws AdminException with the line and the code to end with
     */
    abstract int run(Api api, Output output);

    @Override
    public final Integer call() {
        CommandLine line = commandLine();
        try {
            return attempt(new Output(line.getOut(), format));
        } catch (AdminException e) {
            line.getErr().println(e.getMessage());
            return e.exitCode();
        } catch (IllegalArgumentException | InvalidConfigurationException e) {
            line.getErr().println(e.getMessage());
            return ExitCode.BAD_ARGUMENTS;
        }
    }

    /** Runs; for commands that try again. */
    int attempt(Output output) {
        return run(api(), output);
    }

    /** The API at the allocator that the options name. */
    final Api api() {
        return server.api();
    }

    /** For what does not go to the standard output. */
    final CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("run without a command line");
        }
        return spec.commandLine();
    }
}
