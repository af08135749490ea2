// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Makes docs/admin.md of the command line. */
final class AdminReference {
    private static final String NAME = "granary admin";
    private static final int WIDTH = 100;

    private static final String HEAD = """
            <!-- Made of the command line by AdminReferenceTest: mvn -pl admin -am verify -Dtest=AdminReferenceTest
                 -Dgranary.docs.write=true -Dsurefire.failIfNoSpecifiedTests=false -->
            # The operators' command line

            `scripts/granary admin` shows and steers a Granary that runs. It asks the HTTP API of the allocators, which
            [openapi.yaml](../allocator/src/main/resources/io/granary/allocator/api/openapi.yaml) describes and every allocator
            serves at `/api/v1/openapi.yaml`. Which allocator: `--server URL`; else `granary.admin.server` of `--config FILE`;
            else the `scripts/granary embedded` of this user on this machine, which needs no option. Any allocator will do: one
            that does not lead shows the way to the one that does.

            What is done for somebody is logged by the allocator with his name on this machine. The API has no passwords: let
            nobody reach it who is not to change stock.

            ## How a command ends

            | exit code | means |
            | --- | --- |
            """;

    private static final String AFTER_CODES = """

            What goes wrong is one line on the error output that names the value and what was expected. A command that waits
            is bounded: by its `--wait`, else by some seconds. While nobody leads, as after the end of a leader, it asks again
            for 10 s.

            ## For programs

            `--output json` writes the answer as one JSON document. Its keys stay; new ones may come. Times are ISO 8601 in UTC,
            units are whole numbers. What is marked `?` is left out if there is nothing to say.

            ## Completion

            ```sh
            source <(scripts/granary admin completion bash)
            ```

            ## Commands
            """;

    private AdminReference() {}

    static String text() {
        CommandLine root = new CommandLine(new AdminCommand())
                .setCommandName(NAME)
                .setUsageHelpWidth(WIDTH)
                .setUsageHelpAutoWidth(false);
        StringBuilder text = new StringBuilder(HEAD);
        root.getCommandSpec()
                .usageMessage()
                .exitCodeList()
                .forEach((code, meaning) -> text.append("| ")
                        .append(code.strip())
                        .append(" | ")
                        .append(meaning)
                        .append(" |\n"));
        text.append(AFTER_CODES);
        append(text, root, NAME);
        return text.toString();
    }

    private static void append(StringBuilder text, CommandLine command, String name) {
        text.append("\n### ").append(name).append("\n\n```\n");
        command.getUsageMessage(Ansi.OFF)
                .stripTrailing()
                .lines()
                .forEach(line -> text.append(line.stripTrailing()).append('\n'));
        text.append("```\n");
        Answers answers = command.getCommand().getClass().getAnnotation(Answers.class);
        if (answers != null) {
            text.append("\nJSON:\n\n| key | is |\n| --- | --- |\n");
            keys("", answers.value()).forEach(row -> text.append(row).append('\n'));
        }
        command.getSubcommands().forEach((sub, line) -> {
            if (!sub.equals("help")) {
                append(text, line, name + " " + sub);
            }
        });
    }

    private static List<String> keys(String prefix, Class<?> record) {
        List<String> rows = new ArrayList<>();
        for (RecordComponent component : record.getRecordComponents()) {
            boolean optional = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            String key = prefix + component.getName();
            Type type = component.getGenericType();
            boolean list = type instanceof ParameterizedType;
            Class<?> one =
                    list ? (Class<?>) ((ParameterizedType) type).getActualTypeArguments()[0] : component.getType();
            String shown = key + (list ? "[]" : "");
            rows.add(
                    "| `" + shown + "`" + (optional ? " ?" : "") + " | " + (list ? "list of " : "") + kind(one) + " |");
            if (one.isRecord()) {
                rows.addAll(keys(shown + ".", one));
            }
        }
        return rows;
    }

    private static String kind(Class<?> type) {
        if (type.isRecord()) {
            return "object";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> "`" + constant + "`")
                    .collect(Collectors.joining(", "));
        }
        if (type == String.class) {
            return "text";
        }
        if (type == Instant.class) {
            return "time";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == double.class || type == Double.class) {
            return "number";
        }
        if (type == long.class || type == int.class || type == Long.class || type == Integer.class) {
            return "whole number";
        }
        return type.getSimpleName().toLowerCase(Locale.ROOT);
    }
}
