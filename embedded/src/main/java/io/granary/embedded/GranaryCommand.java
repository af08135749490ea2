// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import io.granary.admin.AdminCommand;
import io.granary.config.InvalidConfigurationException;
import io.granary.embedded.demo.DemoCommand;
import java.io.PrintWriter;
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
        version = "granary 0.1.0-SNAPSHOT",
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
        return new CommandLine(new GranaryCommand())
                .setExecutionExceptionHandler(GranaryCommand::failed)
                .execute(arguments);
    }

    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
        PrintWriter err = command.getErr();
        if (failure instanceof IllegalArgumentException || failure instanceof InvalidConfigurationException) {
            err.println(failure.getMessage());
            return ExitCode.BAD_ARGUMENTS;
        }
        err.println("failed: " + failure);
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            err.println("  because of " + cause);
        }
        return ExitCode.FAILED;
    }
}
