// SPDX-License-Identifier: Apache-2.0
package io.granary.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages of the root and of docs show is what is compiled, and what they name exists. */
class PagesTest {
    private static final Path ROOT = Path.of("..");
    private static final Path EXAMPLES = Path.of("src/test/java/io/granary/example");

    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern FENCED = Pattern.compile("^```.*?^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern HEADING = Pattern.compile("^#+ +(.*)$", Pattern.MULTILINE);

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> root = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(root, docs).filter(page -> page.toString().endsWith(".md")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @CsvSource({"README.md, SellTickets.java", "docs/client.md, Checkout.java"})
    void showsTheProgramThatIsCompiled(String page, String program) throws IOException {
        Matcher snippet =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(ROOT.resolve(page)));
        assertThat(snippet.find()).isTrue();
        String source = Files.readString(EXAMPLES.resolve(program));

        assertThat(snippet.group(1)).isEqualTo(source.substring(source.indexOf("import ")));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksToWhatExists(Path page) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String link : links(prose(page)).toList()) {
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
            if (!Files.exists(target) || (parts.length == 2 && !anchors(target).contains(parts[1]))) {
                broken.add(link);
            }
        }
        assertThat(broken).as("links of %s", page).isEmpty();
    }

    @Test
    void everyPageIsReachedFromTheReadme() throws IOException {
        List<Path> reached = new ArrayList<>(List.of(ROOT.resolve("README.md").normalize()));
        for (int i = 0; i < reached.size(); i++) {
            Path page = reached.get(i);
            links(prose(page))
                    .map(link -> page.resolveSibling(link.split("#", 2)[0]).normalize())
                    .filter(target -> target.toString().endsWith(".md") && !reached.contains(target))
                    .distinct()
                    .forEach(reached::add);
        }
        assertThat(reached).containsAll(pages().map(Path::normalize).toList());
    }

    @Test
    void everyTableOfTheBooksIsOnThePageOfFormats() throws IOException {
        Set<String> tables = new TreeSet<>();
        try (Stream<Path> migrations = Files.list(ROOT.resolve("allocator/src/main/resources/db/migration"))) {
            for (Path migration : migrations.toList()) {
                Matcher created = Pattern.compile("^create table `?(\\w+)", Pattern.MULTILINE)
                        .matcher(Files.readString(migration));
                created.results().forEach(table -> tables.add("| `" + table.group(1) + "` |"));
            }
        }
        assertThat(tables).isNotEmpty();
        assertThat(Files.readString(ROOT.resolve("docs/formats.md"))).contains(tables);
    }

    /** Those within the project. */
    private static Stream<String> links(String text) {
        return LINK.matcher(text).results().map(link -> link.group(1)).filter(link -> !link.contains("://"));
    }

    private static String prose(Path page) throws IOException {
        return CODE.matcher(FENCED.matcher(Files.readString(page)).replaceAll(""))
                .replaceAll("`code`");
    }

    /** The headings as GitHub makes anchors of them. */
    private static Set<String> anchors(Path page) throws IOException {
        return HEADING.matcher(FENCED.matcher(Files.readString(page)).replaceAll(""))
                .results()
                .map(PagesTest::anchor)
                .collect(Collectors.toSet());
    }

    private static String anchor(MatchResult heading) {
        return heading.group(1)
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }
}
