// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What a module may use, as a test of its compiled classes: each module has one, which says it. Maven's dependencies would
 * not do, as what a module uses comes along for those who use the module. For tests only; it stands here as backing is what
 * the tests of all modules have.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class Layering {
    /** Of several packages, unlike the other modules. */
    private static final List<String> COMMON = Stream.of(
                    "api", "concurrent", "config", "log", "metrics", "model", "proto", "protocol", "record", "stock")
            .map(name -> "io.granary." + name + "..")
            .toList();

    /** Libraries that are used where it is said, and nowhere else. */
    private static final List<String> LIBRARIES = List.of(
            "org.apache.curator",
            "org.apache.zookeeper",
            "org.apache.rocketmq",
            "org.apache.ibatis",
            "org.flywaydb",
            "java.sql",
            "javax.sql",
            "com.mysql",
            "com.zaxxer",
            "com.github.kagkarlsson",
            "io.javalin",
            "io.grpc",
            "io.lettuce",
            "org.openjdk.jmh");

    private final JavaClasses module;
    private final String[] allowed;
    private final Map<String, Set<String>> owners;

    /**
     * @param one a class of the module, in its outermost package
     * @param modules that it may use beside itself: common, or the name of their package below io.granary
     * @param owners its packages that use one of the libraries: those, no others, and none that is gone
     */
    protected Layering(Class<?> one, Set<String> modules, Map<String, Set<String>> owners) {
        // Of what is used the names suffice.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        module = new ClassFileImporter()
                .importUrl(one.getProtectionDomain().getCodeSource().getLocation());
        Stream<String> others = modules.stream()
                .flatMap(name -> name.equals("common") ? COMMON.stream() : Stream.of("io.granary." + name + ".."));
        allowed = Stream.concat(others, Stream.of(one.getPackageName() + "..")).toArray(String[]::new);
        this.owners = owners;
    }

    /** The classes of the module, for rules of its own. */
    protected final JavaClasses module() {
        return module;
    }

    /** That no packages use each other in a circle; a module that has one says so, and why. */
    protected SliceRule circles() {
        return slices().matching("io.granary.(**)").should().beFreeOfCycles();
    }

    @Test
    void usesNoOtherModules() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("io.granary..").and(not(resideInAnyPackage(allowed))))
                .because("it may use " + Arrays.toString(allowed))
                .check(module);
    }

    @Test
    void librariesAreUsedByTheirOwnersAlone() {
        Map<String, Set<String>> used = new TreeMap<>();
        for (JavaClass each : module) {
            for (String library : LIBRARIES) {
                if (uses(each, library)) {
                    used.computeIfAbsent(library, name -> new TreeSet<>()).add(each.getPackageName());
                }
            }
        }
        assertThat(used).isEqualTo(owners);
    }

    private static boolean uses(JavaClass user, String library) {
        return user.getDirectDependenciesFromSelf().stream()
                .map(use -> use.getTargetClass().getPackageName())
                .anyMatch(name -> name.equals(library) || name.startsWith(library + "."));
    }

    @Test
    void packagesUseEachOtherWithoutACircle() {
        circles().check(module);
    }
}
