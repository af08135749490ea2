// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** One long outage instead of many short faults: a service is stopped (SIGSTOP), and later goes on. */
enum Scenario {
    ZOOKEEPER_AWAY(Target.ZOOKEEPER, true),
    BROKER_AWAY(Target.BROKER, true),
    /** Not judged by the bound: pools run dry in seconds, so how many calls are answered depends on how long it lasts. */
    DATABASE_AWAY(Target.MARIADB, false);

    /** Reads it as it is spelt in the command line. */
    static final class Converter implements ITypeConverter<Scenario> {
        @Override
        public Scenario convert(String value) {
            return Arrays.stream(values())
                    .filter(scenario -> scenario.toString().equals(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(value + " (expected: "
                            + Arrays.stream(values()).map(Scenario::toString).collect(Collectors.joining(", ")) + ")"));
        }
    }

    private final String target;
    private final boolean judged;

    Scenario(String target, boolean judged) {
        this.target = target;
        this.judged = judged;
    }

    /** What is away for so long. */
    Fault fault(int millis) {
        return new Fault(Fault.Kind.PAUSE, new Target(target, target), 0, millis);
    }

    /** Whether the bound of short outages holds for long ones. */
    boolean isJudged() {
        return judged;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
