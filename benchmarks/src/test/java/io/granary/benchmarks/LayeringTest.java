// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the benchmarks are allowed to use: modules, libraries, and packages of one another. */
class LayeringTest {
    private static final JavaClasses BENCHMARKS = new ClassFileImporter()
            .importUrl(Bench.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void usesOnlyWhatItMeasures() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.granary.admin..", "io.granary.simulation..", "io.granary.faults..")
                .check(BENCHMARKS);
    }

    @Test
    void usesNoLibraryThatBelongsToAnother() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.curator..",
                        "org.apache.ibatis..",
                        "org.flywaydb..",
                        "javax.sql..",
                        "com.zaxxer..",
                        "com.github.kagkarlsson..",
                        "io.javalin..",
                        "io.grpc..")
                .check(BENCHMARKS);
    }

    /** A library, and the packages that use it: those, no others, and none that is gone. */
    @ParameterizedTest
    @CsvSource({
        "org.apache.rocketmq, io.granary.benchmarks.measure",
        "org.apache.zookeeper, io.granary.benchmarks.measure",
        "com.mysql, io.granary.benchmarks.measure",
        "io.lettuce, io.granary.benchmarks.contender io.granary.benchmarks.load.redis",
        "org.openjdk.jmh, io.granary.benchmarks.parts io.granary.benchmarks.parts.jmh_generated"
    })
    void libraryIsUsedByItsOwners(String library, String owners) {
        assertThat(BENCHMARKS.stream()
                        .filter(each -> each.getDirectDependenciesFromSelf().stream()
                                .anyMatch(use ->
                                        use.getTargetClass().getPackageName().startsWith(library)))
                        .map(JavaClass::getPackageName)
                        .distinct())
                .containsOnly(owners.split(" "));
    }

    @Test
    void packagesUseEachOtherWithoutACircle() {
        slices().matching("io.granary.(**)").should().beFreeOfCycles().check(BENCHMARKS);
    }
}
