// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an allocator is allowed to use: modules, libraries, and packages of one another. */
class LayeringTest {
    private static final JavaClasses ALLOCATOR = new ClassFileImporter()
            .importUrl(
                    AllocatorService.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void usesOnlyCommonTheRegistryAndTheService() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.granary.node..",
                        "io.granary.client..",
                        "io.granary.admin..",
                        "io.granary.backing..",
                        "io.granary.testing..",
                        "io.granary.embedded..",
                        "io.granary.simulation..",
                        "io.granary.faults..",
                        "io.granary.benchmarks..")
                .check(ALLOCATOR);
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
                        "io.grpc..",
                        "io.lettuce..",
                        "org.openjdk.jmh..")
                .check(ALLOCATOR);
    }

    /** A library, and the packages that use it: those, no others, and none that is gone. */
    @ParameterizedTest
    @CsvSource({
        "org.apache.ibatis, io.granary.allocator.store",
        "org.flywaydb, io.granary.allocator.store",
        "java.sql, io.granary.allocator.store",
        "javax.sql, io.granary.allocator.store",
        "com.mysql, io.granary.allocator.store",
        "com.zaxxer, io.granary.allocator.store",
        "com.github.kagkarlsson, io.granary.allocator.schedule io.granary.allocator.store",
        "io.javalin, io.granary.allocator.api io.granary.allocator.console"
    })
    void libraryIsUsedByItsOwners(String library, String owners) {
        assertThat(ALLOCATOR.stream()
                        .filter(each -> each.getDirectDependenciesFromSelf().stream()
                                .anyMatch(use ->
                                        use.getTargetClass().getPackageName().startsWith(library)))
                        .map(JavaClass::getPackageName)
                        .distinct())
                .containsOnly(owners.split(" "));
    }

    /** It decides, from what it is given: the simulation runs it as it is. */
    @Test
    void allocationIsPure() {
        noClasses()
                .that()
                .resideInAPackage("io.granary.allocator.allocation")
                .should()
                .dependOnClassesThat(resideInAPackage("io.granary.allocator..")
                        .and(not(resideInAPackage("io.granary.allocator.allocation"))))
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.concurrent..", "java.io..", "java.net..", "java.nio..", "org.slf4j..")
                .check(ALLOCATOR);
    }

    @Test
    void packagesUseEachOtherWithoutACircle() {
        slices().matching("io.granary.(**)").should().beFreeOfCycles().check(ALLOCATOR);
    }
}
