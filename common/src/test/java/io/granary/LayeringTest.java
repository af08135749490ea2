// SPDX-License-Identifier: Apache-2.0
package io.granary;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.granary.model.Sku;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What common is allowed to use: modules, libraries, and packages of one another. */
class LayeringTest {
    /** That no other package is common's is seen in benchmarks, where all modules are. */
    private static final String[] PACKAGES = {
        "io.granary.api..",
        "io.granary.concurrent..",
        "io.granary.config..",
        "io.granary.log..",
        "io.granary.metrics..",
        "io.granary.model..",
        "io.granary.proto..",
        "io.granary.protocol..",
        "io.granary.record..",
        "io.granary.stock.."
    };

    private static final JavaClasses COMMON = new ClassFileImporter()
            .importUrl(Sku.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void usesNothingElseOfGranary() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("io.granary..").and(not(resideInAnyPackage(PACKAGES))))
                .check(COMMON);
    }

    @Test
    void usesNoLibraryThatBelongsToAnother() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.curator..",
                        "org.apache.zookeeper..",
                        "org.apache.ibatis..",
                        "org.flywaydb..",
                        "java.sql..",
                        "javax.sql..",
                        "com.mysql..",
                        "com.zaxxer..",
                        "com.github.kagkarlsson..",
                        "io.javalin..",
                        "io.lettuce..",
                        "org.openjdk.jmh..")
                .check(COMMON);
    }

    /** A library, and the packages that use it: those, no others, and none that is gone. */
    @ParameterizedTest
    @CsvSource({"org.apache.rocketmq, io.granary.log.rocketmq", "io.grpc, io.granary.protocol.grpc io.granary.proto"})
    void libraryIsUsedByItsOwners(String library, String owners) {
        assertThat(COMMON.stream()
                        .filter(each -> each.getDirectDependenciesFromSelf().stream()
                                .anyMatch(use ->
                                        use.getTargetClass().getPackageName().startsWith(library)))
                        .map(JavaClass::getPackageName)
                        .distinct())
                .containsOnly(owners.split(" "));
    }

    @Test
    void packagesUseEachOtherWithoutACircle() {
        slices().matching("io.granary.(**)").should().beFreeOfCycles().check(COMMON);
    }
}
