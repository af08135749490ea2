// SPDX-License-Identifier: Apache-2.0
package io.granary.service;

import io.granary.config.InvalidConfigurationException;
import java.io.PrintWriter;
import java.util.concurrent.CompletionException;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Every command line of Granary's ends, refuses, fails and tells its version in the same way. */
public final class Launcher {
    private Launcher() {}

    /**
     * Runs a command as this process, which ends with one of {@link ExitCode}.
     *
     * @param name with which people call it
     */
    public static void run(String name, Object command, String... arguments) {
        Logging.forwardJavaUtilLogging();
        System.exit(commandLine(command).setCommandName(name).execute(arguments));
    }

    /** The command line of a command and of those below it. */
    public static CommandLine commandLine(Object command) {
        CommandLine line = new CommandLine(command)
                .setParameterExceptionHandler(new RefusedArguments())
                .setExecutionExceptionHandler(Launcher::failed);
        tellVersion(line, "granary " + Version.OF_THIS);
        return line;
    }

    private static void tellVersion(CommandLine line, String version) {
        line.getCommandSpec().version(version);
        line.getSubcommands().values().forEach(command -> tellVersion(command, version));
    }

    private static int failed(Exception failure, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        if (failure instanceof IllegalArgumentException || failure instanceof InvalidConfigurationException) {
            err.println(failure.getMessage());
            return ExitCode.BAD_ARGUMENTS;
        }
        err.println("failed: " + failure);
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            // A wrapper says what its cause says.
            if (!(cause instanceof CompletionException)) {
                err.println("  because of " + cause);
            }
        }
        return ExitCode.FAILED;
    }
}
