// SPDX-License-Identifier: Apache-2.0
package io.granary;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * That every class belongs to a module. What a module is allowed to use is said by the LayeringTest of each; Maven's
 * dependencies would not do: a library that a module uses comes along for those who use the module.
 *
 * <p>It stands in benchmarks, as only they see all modules.
 */
class LayeringTest {
    private static final JavaClasses GRANARY = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.granary");

    @Test
    void everyClassBelongsToAModule() {
        classes()
                .should()
                .resideInAnyPackage(
                        // Those of common, as its own LayeringTest names them.
                        "io.granary.api..",
                        "io.granary.concurrent..",
                        "io.granary.config..",
                        "io.granary.log..",
                        "io.granary.metrics..",
                        "io.granary.model..",
                        "io.granary.proto..",
                        "io.granary.protocol..",
                        "io.granary.record..",
                        "io.granary.stock..",
                        "io.granary.registry..",
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
                .check(GRANARY);
    }
}
