// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import com.google.common.io.Resources;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What an application gets on its class path by the client: each jar may clash with its own. Who adds one on purpose adds
 * it to the list, and has thereby seen what comes along.
 */
class RuntimeJarsTest {
    private static final int MOST = 54;
    private static final Pattern JAR = Pattern.compile("(.+?)-(\\d.*)\\.jar");

    /** A jar of other people; native ones of several platforms are several. */
    private record Jar(String name, String version) {}

    @Test
    void areThoseOfTheListAndFew() throws IOException {
        List<String> names = jars().stream().map(Jar::name).toList();

        assertThat(names)
                .as("other people's jars, beside client/src/test/resources/io/granary/client/runtime-jars.txt")
                .containsExactlyInAnyOrderElementsOf(lines("io/granary/client/runtime-jars.txt"));
        assertThat(names).hasSizeLessThanOrEqualTo(MOST);
    }

    @Test
    void haveNoLogNoExporterAndNoSecondNetty() throws IOException {
        assertThat(jars())
                .extracting(Jar::name)
                .noneMatch(name -> name.startsWith("rocketmq") || name.startsWith("fastjson"))
                .noneMatch(name -> name.startsWith("prometheus") || name.startsWith("opentelemetry"))
                // Other providers of slf4j than the application's
                .noneMatch(name -> name.startsWith("logback"))
                .doesNotContain("netty-all", "netty-tcnative-boringssl-static");
        // gRPC has its own inside, under names of its own. The other one is ZooKeeper's.
        assertThat(jars().stream()
                        .filter(jar -> jar.name().startsWith("netty-"))
                        .map(jar -> jar.version().replaceAll("(Final)-.*", "$1"))
                        .distinct())
                .hasSize(1);
    }

    private static List<Jar> jars() throws IOException {
        return lines("runtime-class-path.txt").stream()
                .flatMap(Splitter.on(File.pathSeparatorChar)::splitToStream)
                .map(entry -> Path.of(entry).getFileName().toString())
                .map(JAR::matcher)
                // Our own modules are folders of classes as long as nobody has packed them.
                .filter(Matcher::matches)
                .map(jar -> new Jar(jar.group(1), jar.group(2)))
                .filter(jar -> !jar.name().startsWith("granary-"))
                .toList();
    }

    private static List<String> lines(String resource) throws IOException {
        return Resources.readLines(Resources.getResource(resource), UTF_8).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }
}
