// SPDX-License-Identifier: Apache-2.0
package io.granary.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** What a node is allowed to use: modules, libraries, and packages of one another. */
class LayeringTest {
    private static final JavaClasses NODE = new ClassFileImporter()
            .importUrl(NodeService.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void usesOnlyCommonTheRegistryAndTheService() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.granary.allocator..",
                        "io.granary.client..",
                        "io.granary.admin..",
                        "io.granary.backing..",
                        "io.granary.testing..",
                        "io.granary.embedded..",
                        "io.granary.simulation..",
                        "io.granary.faults..",
                        "io.granary.benchmarks..")
                .check(NODE);
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
                        "java.sql..",
                        "javax.sql..",
                        "com.mysql..",
                        "com.zaxxer..",
                        "com.github.kagkarlsson..",
                        "io.javalin..",
                        "io.grpc..",
                        "io.lettuce..",
                        "org.openjdk.jmh..")
                .check(NODE);
    }

    @Test
    void packagesUseEachOtherWithoutACircle() {
        slices().matching("io.granary.(**)").should().beFreeOfCycles().check(NODE);
    }
}
