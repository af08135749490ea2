// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** What the operators' command line is allowed to use: modules and libraries. */
class LayeringTest {
    private static final JavaClasses ADMIN = new ClassFileImporter()
            .importUrl(AdminCommand.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void usesOnlyCommon() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.granary.registry..",
                        "io.granary.node..",
                        "io.granary.allocator..",
                        "io.granary.client..",
                        "io.granary.backing..",
                        "io.granary.testing..",
                        "io.granary.embedded..",
                        "io.granary.simulation..",
                        "io.granary.faults..",
                        "io.granary.benchmarks..")
                .check(ADMIN);
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
                .check(ADMIN);
    }
}
