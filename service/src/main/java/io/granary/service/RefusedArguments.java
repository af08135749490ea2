// SPDX-License-Identifier: Apache-2.0
package io.granary.service;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Arguments that can't be meant: one line that says which, and where to read more. */
public final class RefusedArguments implements IParameterExceptionHandler {
    private static final String PREFIX = "Error: ";

    @Override
    public int handleParseException(ParameterException refused, String[] arguments) {
        CommandLine command = refused.getCommandLine();
        String message = String.valueOf(refused.getMessage()).replace('\n', ' ');
        String what = message.startsWith(PREFIX) ? message.substring(PREFIX.length()) : message;
        command.getErr()
                .println(what + didYouMean(refused) + " (see "
                        + command.getCommandSpec().qualifiedName() + " --help)");
        return ExitCode.BAD_ARGUMENTS;
    }

    private static String didYouMean(ParameterException refused) {
        if (refused instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            return suggestions.isEmpty() ? "" : ", did you mean " + String.join(" or ", suggestions) + "?";
        }
        return "";
    }
}
