// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import io.granary.admin.AdminCommand;
import io.granary.allocator.AllocatorCommand;
import io.granary.embedded.demo.DemoCommand;
import io.granary.node.NodeCommand;
import io.granary.service.Launcher;
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
        Launcher.run("granary", new GranaryCommand(), arguments);
    }

    /** Runs a command; returns with one of {@link ExitCode}. */
    static int execute(String... arguments) {
        return commandLine().execute(arguments);
    }

    /** The whole command line, as {@code scripts/granary} runs it. */
    static CommandLine commandLine() {
        return Launcher.commandLine(new GranaryCommand());
    }
}
