// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * A command that a document or the help of the command line shows.
 *
 * @param where for people
 * @param words what follows {@code granary admin}, as a shell would read it
 * @param exitCode that a comment beside it tells, else 0
 */
record DocumentedCommand(String where, String words, int exitCode) {
    private static final Pattern LINE = Pattern.compile("\\s*(?:scripts/)?granary admin (\\S[^#]*?)\\s*(?:#\\s*(.*))?");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
    private static final Pattern EXIT_CODE = Pattern.compile("exit code (\\d)");

    /** The words, apart. */
    static String[] split(String words) {
        return WORD.matcher(words)
                .results()
                .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                .toArray(String[]::new);
    }

    /** Those in the fenced blocks of a page, in order. */
    static List<DocumentedCommand> ofPage(Path page) throws IOException {
        List<DocumentedCommand> found = new ArrayList<>();
        List<String> lines = Files.readAllLines(page);
        boolean fenced = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("```")) {
                fenced = !fenced;
            } else if (fenced) {
                add(found, page.getFileName() + ":" + (i + 1), line);
            }
        }
        return found;
    }

    /** Those that the help of a command and of all below it shows. */
    static Stream<DocumentedCommand> ofHelp(CommandLine command) {
        List<DocumentedCommand> found = new ArrayList<>();
        for (String line : command.getCommandSpec().usageMessage().footer()) {
            add(found, command.getCommandSpec().qualifiedName() + " --help", line);
        }
        return Stream.concat(
                found.stream(), command.getSubcommands().values().stream().flatMap(DocumentedCommand::ofHelp));
    }

    private static void add(List<DocumentedCommand> found, String where, String line) {
        Matcher command = LINE.matcher(line);
        if (command.matches()) {
            Matcher code = EXIT_CODE.matcher(command.group(2) == null ? "" : command.group(2));
            found.add(
                    new DocumentedCommand(where, command.group(1), code.find() ? Integer.parseInt(code.group(1)) : 0));
        }
    }

    @Override
    public String toString() {
        return where + ": " + words;
    }
}
