// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the registry is allowed to use: modules, libraries, and packages of one another. */
class LayeringTest {
    private static final JavaClasses REGISTRY = new ClassFileImporter()
            .importUrl(Cluster.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void usesOnlyCommon() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.granary.node..",
                        "io.granary.allocator..",
                        "io.granary.client..",
                        "io.granary.admin..",
                        "io.granary.backing..",
                        "io.granary.testing..",
                        "io.granary.service..",
                        "io.granary.embedded..",
                        "io.granary.simulation..",
                        "io.granary.faults..",
                        "io.granary.benchmarks..")
                .check(REGISTRY);
    }

    @Test
    void usesNoLibraryThatBelongsToAnother() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.rocketmq..",
                        "org.apache.ibatis..",
                        "org.flywaydb..",
                        "java.sql..",
                        "javax.sql..",
                        "com.mysql..",
                        "com.zaxxer..",
                        "com.github.kagkarlsson..",
                        "io.javalin..",
                        "io.grpc..",
                        "io.lettuce..",
                        "org.openjdk.jmh..")
                .check(REGISTRY);
    }

    /** A library, and the packages that use it: those, no others, and none that is gone. */
    @ParameterizedTest
    @CsvSource({"org.apache.curator, io.granary.registry.curator", "org.apache.zookeeper, io.granary.registry.curator"})
    void libraryIsUsedByItsOwners(String library, String owners) {
        assertThat(REGISTRY.stream()
                        .filter(each -> each.getDirectDependenciesFromSelf().stream()
                                .anyMatch(use ->
                                        use.getTargetClass().getPackageName().startsWith(library)))
                        .map(JavaClass::getPackageName)
                        .distinct())
                .containsOnly(owners.split(" "));
    }

    @Test
    void packagesUseEachOtherWithoutACircle() {
        slices().matching("io.granary.(**)").should().beFreeOfCycles().check(REGISTRY);
    }
}
