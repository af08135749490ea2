// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the fault test is allowed to use: modules and libraries. */
class LayeringTest {
    private static final JavaClasses FAULTS = new ClassFileImporter()
            .importUrl(FaultsCommand.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void usesOnlyModulesBelowIt() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.granary.node..",
                        "io.granary.allocator..",
                        "io.granary.testing..",
                        "io.granary.simulation..",
                        "io.granary.benchmarks..")
                .check(FAULTS);
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
                .check(FAULTS);
    }

    /** A library, and the packages that use it: those, no others, and none that is gone. */
    @ParameterizedTest
    @CsvSource("java.sql, io.granary.faults")
    void libraryIsUsedByItsOwners(String library, String owners) {
        assertThat(FAULTS.stream()
                        .filter(each -> each.getDirectDependenciesFromSelf().stream()
                                .anyMatch(use ->
                                        use.getTargetClass().getPackageName().startsWith(library)))
                        .map(JavaClass::getPackageName)
                        .distinct())
                .containsOnly(owners.split(" "));
    }
}
