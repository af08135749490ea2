// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** What the simulation is allowed to use: modules and libraries. */
class LayeringTest {
    private static final JavaClasses SIMULATION = new ClassFileImporter()
            .importUrl(Simulation.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void usesOnlyTheModulesThatItRuns() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.granary.admin..",
                        "io.granary.service..",
                        "io.granary.backing..",
                        "io.granary.embedded..",
                        "io.granary.faults..",
                        "io.granary.benchmarks..")
                .check(SIMULATION);
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
                .check(SIMULATION);
    }
}
