// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import io.granary.backing.Layering;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The only user of a database, in one of its packages. */
class LayeringTest extends Layering {
    LayeringTest() {
        super(
                AllocatorService.class,
                Set.of("common", "registry", "service"),
                Map.of(
                        "org.apache.ibatis",
                        Set.of("io.granary.allocator.store"),
                        "org.flywaydb",
                        Set.of("io.granary.allocator.store"),
                        "java.sql",
                        Set.of("io.granary.allocator.store"),
                        "javax.sql",
                        Set.of("io.granary.allocator.store"),
                        "com.mysql",
                        Set.of("io.granary.allocator.store"),
                        "com.zaxxer",
                        Set.of("io.granary.allocator.store"),
                        "com.github.kagkarlsson",
                        Set.of("io.granary.allocator.schedule", "io.granary.allocator.store"),
                        "io.javalin",
                        Set.of("io.granary.allocator.api", "io.granary.allocator.console")));
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
                .check(module());
    }
}
