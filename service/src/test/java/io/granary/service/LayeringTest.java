// SPDX-License-Identifier: Apache-2.0
package io.granary.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** What a process has around what it runs may use common, and no library of others. */
class LayeringTest {
    private static final JavaClasses SERVICE = new ClassFileImporter()
            .importUrl(Launcher.class.getProtectionDomain().getCodeSource().getLocation());

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
                        "io.granary.admin..",
                        "io.granary.backing..",
                        "io.granary.testing..",
                        "io.granary.embedded..",
                        "io.granary.simulation..",
                        "io.granary.faults..",
                        "io.granary.benchmarks..")
                .check(SERVICE);
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
                        "java.sql..",
                        "io.javalin..",
                        "io.grpc..")
                .check(SERVICE);
    }
}
