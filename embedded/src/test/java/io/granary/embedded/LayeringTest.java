// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.granary.embedded.demo.DemoCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What all in one is allowed to use: modules, libraries, and packages of one another. */
class LayeringTest {
    private static final JavaClasses EMBEDDED = new ClassFileImporter()
            .importUrl(
                    EmbeddedGranary.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void usesOnlyModulesBelowIt() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.granary.testing..",
                        "io.granary.simulation..",
                        "io.granary.faults..",
                        "io.granary.benchmarks..")
                .check(EMBEDDED);
    }

    @Test
    void usesNoLibraryThatBelongsToAnother() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.curator..",
                        "org.apache.zookeeper..",
                        "org.apache.rocketmq..",
                        "org.apache.ibatis..",
                        "org.flywaydb..",
                        "javax.sql..",
                        "com.mysql..",
                        "com.zaxxer..",
                        "com.github.kagkarlsson..",
                        "io.javalin..",
                        "io.grpc..",
                        "io.lettuce..",
                        "org.openjdk.jmh..")
                .check(EMBEDDED);
    }

    /** A library, and the packages that use it: those, no others, and none that is gone. */
    @ParameterizedTest
    @CsvSource("java.sql, io.granary.embedded.demo")
    void libraryIsUsedByItsOwners(String library, String owners) {
        assertThat(EMBEDDED.stream()
                        .filter(each -> each.getDirectDependenciesFromSelf().stream()
                                .anyMatch(use ->
                                        use.getTargetClass().getPackageName().startsWith(library)))
                        .map(JavaClass::getPackageName)
                        .distinct())
                .containsOnly(owners.split(" "));
    }

    @Test
    void packagesUseEachOtherWithoutACircle() {
        slices().matching("io.granary.(**)")
                .should()
                .beFreeOfCycles()
                // The command line names every command, the demo's too.
                .ignoreDependency(GranaryCommand.class, DemoCommand.class)
                .check(EMBEDDED);
    }
}
