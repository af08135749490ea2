// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** What the client is allowed to use: modules and libraries. */
class LayeringTest {
    private static final JavaClasses CLIENT = new ClassFileImporter()
            .importUrl(
                    DeductionResult.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void usesOnlyCommonAndTheRegistry() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.granary.node..",
                        "io.granary.allocator..",
                        "io.granary.admin..",
                        "io.granary.backing..",
                        "io.granary.testing..",
                        "io.granary.service..",
                        "io.granary.embedded..",
                        "io.granary.simulation..",
                        "io.granary.faults..",
                        "io.granary.benchmarks..")
                .check(CLIENT);
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
                .check(CLIENT);
    }
}
