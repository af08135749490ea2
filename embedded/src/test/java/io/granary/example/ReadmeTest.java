// SPDX-License-Identifier: Apache-2.0
package io.granary.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows is what is compiled, and what it names exists. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..");
    private static final Path EXAMPLE = Path.of("src/test/java/io/granary/example/SellTickets.java");

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    @Test
    void showsTheProgramThatIsCompiled() throws IOException {
        Matcher snippet = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme());
        assertThat(snippet.find()).isTrue();
        String source = Files.readString(EXAMPLE);

        assertThat(snippet.group(1)).isEqualTo(source.substring(source.indexOf("import ")));
    }

    @Test
    void linksToFilesThatExist() throws IOException {
        for (Path page : new Path[] {ROOT.resolve("README.md"), ROOT.resolve("docs/architecture.md")}) {
            Matcher links = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)").matcher(Files.readString(page));
            while (links.find()) {
                assertThat(page.resolveSibling(links.group(1)))
                        .as("%s links to it", page)
                        .exists();
            }
        }
    }
}
