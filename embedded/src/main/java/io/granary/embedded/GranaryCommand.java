// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import io.granary.admin.AdminCommand;
import io.granary.admin.RefusedArguments;
import io.granary.config.InvalidConfigurationException;
import io.granary.embedded.demo.DemoCommand;
import java.io.PrintWriter;
import java.util.concurrent.CompletionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code scripts/granary}. */
@Command(
        name = "granary",
        description = "Sells units of a hot product from many places at once without ever selling one twice.",
        subcommands = {
            AllocatorCommand.class,
            NodeCommand.class,
            EmbeddedCommand.class,
            AdminCommand.class,
            DemoCommand.class,
            CommandLine.HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nEnds with:%n",
        exitCodeList = {
            "0:all went well",
            "1:demo: something does not hold that must; admin: the answer is no",
            "2:arguments, configuration or input that can't be used",
            "3:something that is needed could not be started, or failed",
            "130:Ctrl-C"
        })
public final class GranaryCommand {
    private GranaryCommand() {}

    public static void main(String[] arguments) {
        Logging.forwardJavaUtilLogging();
        System.exit(execute(arguments));
    }

    /** Runs a command; returns with one of {@link ExitCode}. */
    static int execute(String... arguments) {
        return commandLine().execute(arguments);
    }

    /** The whole command line, as {@code scripts/granary} runs it. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new GranaryCommand())
                .setParameterExceptionHandler(new RefusedArguments())
                .setExecutionExceptionHandler(GranaryCommand::failed);
        tellVersion(line, "granary " + Version.OF_THIS);
        return line;
    }

    private static void tellVersion(CommandLine line, String version) {
        line.getCommandSpec().version(version);
        line.getSubcommands().values().forEach(command -> tellVersion(command, version));
    }

    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
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
