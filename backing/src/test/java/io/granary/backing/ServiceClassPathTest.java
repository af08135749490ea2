// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceClassPathTest {
    private static final Path CODE = Path.of("/project/target/classes");
    private static final Path TESTS = Path.of("/project/target/test-classes");
    private static final Path A = Path.of("/repository/a/a-1.jar");
    private static final Path B = Path.of("/repository/b/b-2.jar");
    private static final Path JUNIT = Path.of("/repository/junit.jar");

    @Test
    void hasTheListedJarsInTheirOrderAndTheCode() {
        ServiceClassPath classPath =
                ServiceClassPath.select(List.of("b-2.jar", "a-1.jar"), List.of(TESTS, CODE, A, JUNIT, B), CODE);

        assertThat(classPath.jars()).containsExactly(B, A);
        assertThat(classPath.all()).containsExactly(B, A, CODE);
    }

    @Test
    void hasEverythingAndNoCommonJarsWhenAJarIsMissing() {
        List<Path> ours = List.of(CODE, A, JUNIT);

        ServiceClassPath classPath = ServiceClassPath.select(List.of("a-1.jar", "b-2.jar"), ours, CODE);

        assertThat(classPath.jars()).isEmpty();
        assertThat(classPath.all()).isEqualTo(ours);
    }

    @Test
    void hasEverythingWhenNothingIsListed() {
        List<Path> ours = List.of(CODE, A);

        assertThat(ServiceClassPath.select(List.of(), ours, CODE).all()).isEqualTo(ours);
    }
}
