// SPDX-License-Identifier: Apache-2.0
package io.granary;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.google.common.collect.ImmutableList;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The arrows between the modules, and which packages alone may use a library.
 *
 * <p>It stands in benchmarks, as only they see all modules. Maven's dependencies would not do: a library that a module uses
 * comes along for those who use the module.
 */
class LayeringTest {

    private static final JavaClasses GRANARY = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.granary");

    /** The packages of each module, and the modules that it may use. */
    enum Module {
        COMMON(
                List.of(),
                "io.granary.api..",
                "io.granary.model..",
                "io.granary.record..",
                "io.granary.log..",
                "io.granary.stock..",
                "io.granary.protocol..",
                "io.granary.proto..",
                "io.granary.config..",
                "io.granary.concurrent..",
                "io.granary.metrics.."),
        REGISTRY(List.of(COMMON), "io.granary.registry.."),
        NODE(List.of(COMMON, REGISTRY), "io.granary.node.."),
        ALLOCATOR(List.of(COMMON, REGISTRY), "io.granary.allocator.."),
        CLIENT(List.of(COMMON, REGISTRY), "io.granary.client.."),
        ADMIN(List.of(COMMON), "io.granary.admin.."),
        BACKING(List.of(), "io.granary.backing.."),
        EMBEDDED(List.of(COMMON, REGISTRY, NODE, ALLOCATOR, CLIENT, ADMIN, BACKING), "io.granary.embedded.."),
        TESTING(List.of(COMMON), "io.granary.testing.."),
        SIMULATION(List.of(COMMON, REGISTRY, NODE, ALLOCATOR, CLIENT, TESTING), "io.granary.simulation.."),
        FAULTS(List.of(COMMON, REGISTRY, CLIENT, ADMIN, BACKING, EMBEDDED), "io.granary.faults.."),
        BENCHMARKS(List.of(COMMON, REGISTRY, NODE, ALLOCATOR, CLIENT, BACKING, EMBEDDED), "io.granary.benchmarks..");

        final ImmutableList<Module> uses;
        final ImmutableList<String> packages;

        Module(List<Module> uses, String... packages) {
            this.uses = ImmutableList.copyOf(uses);
            this.packages = ImmutableList.copyOf(packages);
        }

        static String[] packagesOf(Stream<Module> modules) {
            return modules.flatMap(module -> module.packages.stream()).toArray(String[]::new);
        }
    }

    /** The packages of a library, and the only ones of ours that may use it. */
    enum Library {
        CURATOR(List.of("org.apache.curator.."), "io.granary.registry.."),
        ZOOKEEPER(
                List.of("org.apache.zookeeper.."),
                "io.granary.registry..",
                "io.granary.backing..",
                "io.granary.benchmarks.measure.."),
        MYBATIS(List.of("org.apache.ibatis.."), "io.granary.allocator.."),
        // … but for the audits, which trust nobody's code, and for what is measured without us.
        JDBC(
                List.of("java.sql..", "javax.sql..", "com.mysql.."),
                "io.granary.allocator..",
                "io.granary.embedded.demo..",
                "io.granary.faults..",
                "io.granary.benchmarks.."),
        ROCKETMQ(
                List.of("org.apache.rocketmq.."),
                "io.granary.log.rocketmq..",
                "io.granary.allocator.update..",
                "io.granary.backing..",
                "io.granary.benchmarks.measure.."),
        LETTUCE(List.of("io.lettuce.."), "io.granary.benchmarks.."),
        JMH(List.of("org.openjdk.jmh.."), "io.granary.benchmarks.parts..");

        final ImmutableList<String> packages;
        final ImmutableList<String> users;

        Library(List<String> packages, String... users) {
            this.packages = ImmutableList.copyOf(packages);
            this.users = ImmutableList.copyOf(users);
        }
    }

    @Test
    void everyClassBelongsToAModule() {
        classes()
                .should()
                .resideInAnyPackage(Module.packagesOf(Stream.of(Module.values())))
                .check(GRANARY);
    }

    @ParameterizedTest
    @EnumSource
    void moduleUsesOnlyThoseBelowIt(Module module) {
        String[] own = Module.packagesOf(Stream.of(module));
        String[] below = Module.packagesOf(module.uses.stream());

        noClasses()
                .that()
                .resideInAnyPackage(own)
                .should()
                .dependOnClassesThat(resideInAPackage("io.granary..")
                        .and(not(resideInAnyPackage(own)))
                        .and(not(resideInAnyPackage(below))))
                // A module may be empty; a misnamed one is found by the test above.
                .allowEmptyShould(true)
                .check(GRANARY);
    }

    @ParameterizedTest
    @EnumSource
    void libraryIsUsedByItsOwnersOnly(Library library) {
        noClasses()
                .that()
                .resideOutsideOfPackages(library.users.toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library.packages.toArray(String[]::new))
                .check(GRANARY);
    }
}
