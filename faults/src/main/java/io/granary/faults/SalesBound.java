// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static io.granary.faults.Fault.Kind.BLACK_HOLE;
import static io.granary.faults.Fault.Kind.BREAK;
import static io.granary.faults.Fault.Kind.CUT;
import static io.granary.faults.Fault.Kind.KILL;
import static io.granary.faults.Fault.Kind.PAUSE;
import static io.granary.faults.Fault.Kind.RESTART;

import io.granary.faults.Fault.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What sales must stand while a fault of some kinds lasts, and until they are normal again. {@link #ALL} is the table of
 * docs/correctness.md.
 *
 * @param group the kind of target
 * @param percent of the calls of {@link SteadyBuyers}, at least so many are answered DEDUCTED before their deadline
 * @param silence how long a SKU of theirs goes without a deduction, at most
 * @param promise why: what callers notice
 */
record SalesBound(String group, List<Kind> kinds, int percent, Silence silence, String promise) {
    /** How long no unit of a SKU is sold, at most: a sum of the parts that it has. */
    record Silence(boolean asLongAsTheFault, boolean sessionTimeout, Duration more) {
        /** Without what the fault itself lasts. */
        Duration beyond(Duration session) {
            return sessionTimeout ? session.plus(more) : more;
        }

        @Override
        public String toString() {
            String seconds = more.toSeconds() + " s";
            return asLongAsTheFault
                    ? "its length + " + seconds
                    : sessionTimeout ? "session time-out + " + seconds : seconds;
        }
    }

    private static final List<Kind> OF_PROCESSES = List.of(KILL, PAUSE, RESTART);
    private static final List<Kind> OF_LINKS = List.of(CUT, BLACK_HOLE, BREAK);
    private static final List<Kind> SEVERED = List.of(CUT, BLACK_HOLE);

    /** One for each kind of fault on each kind of target. */
    static final List<SalesBound> ALL = List.of(
            new SalesBound(Target.ZOOKEEPER, OF_PROCESSES, 95, seconds(2), "sales and grants go on, on known routes"),
            new SalesBound(
                    Target.NAME_SERVER, OF_PROCESSES, 95, seconds(3), "nothing: who knows the broker does not ask"),
            new SalesBound(Target.BROKER, OF_PROCESSES, 0, itsLengthAnd(8), "calls wait, then end UNKNOWN"),
            new SalesBound(Target.MARIADB, OF_PROCESSES, 95, seconds(3), "nothing until pools run dry"),
            new SalesBound(
                    Target.ALLOCATOR, OF_PROCESSES, 95, seconds(3), "nothing: another leads before pools run dry"),
            new SalesBound(
                    Target.NODE,
                    OF_PROCESSES,
                    30,
                    sessionAnd(8),
                    "calls for its slots wait for the takeover; the other slots go on"),
            new SalesBound(Target.CLIENT_TO_ZOOKEEPER, OF_LINKS, 95, seconds(3), "nothing, on known routes"),
            new SalesBound(
                    Target.CLIENT_TO_NODE,
                    SEVERED,
                    30,
                    itsLengthAnd(4),
                    "calls for its slots wait; the other slots go on"),
            new SalesBound(Target.CLIENT_TO_NODE, List.of(BREAK), 90, seconds(3), "attempts are made again"),
            new SalesBound(Target.LEADER_TO_NODE, OF_LINKS, 90, seconds(5), "it sells its pools until it is replaced"),
            new SalesBound(
                    Target.NODE_TO_BROKER,
                    SEVERED,
                    30,
                    itsLengthAnd(8),
                    "calls for its slots wait; the other slots go on"),
            new SalesBound(Target.NODE_TO_BROKER, List.of(BREAK), 90, seconds(3), "its record is sent again"),
            new SalesBound(
                    Target.NODE_TO_ZOOKEEPER,
                    SEVERED,
                    50,
                    seconds(8),
                    "it sells until its session is over, then a takeover"),
            new SalesBound(Target.NODE_TO_ZOOKEEPER, List.of(BREAK), 95, seconds(3), "nothing: the session goes on"),
            new SalesBound(Target.ALLOCATOR_TO_BROKER, OF_LINKS, 95, seconds(3), "nothing: settlement waits"),
            new SalesBound(Target.ALLOCATOR_TO_MARIADB, OF_LINKS, 95, seconds(3), "nothing until pools run dry"),
            new SalesBound(
                    Target.ALLOCATOR_TO_ZOOKEEPER, OF_LINKS, 95, seconds(3), "nothing: it leads on, or another does"));

    private static Silence seconds(int seconds) {
        return new Silence(false, false, Duration.ofSeconds(seconds));
    }

    private static Silence sessionAnd(int seconds) {
        return new Silence(false, true, Duration.ofSeconds(seconds));
    }

    private static Silence itsLengthAnd(int seconds) {
        return new Silence(true, false, Duration.ofSeconds(seconds));
    }

    /** Nothing for {@link Trouble#COMBINED}. */
    static Optional<SalesBound> of(Trouble trouble) {
        Kind kind = trouble.kind();
        if (kind == null) {
            return Optional.empty();
        }
        return ALL.stream()
                .filter(bound -> bound.group.equals(trouble.group()) && bound.kinds.contains(kind))
                .findFirst();
    }

    /** What of a trouble's figures is over the bound, and by what; nothing if it is kept. */
    List<String> over(SalesFigures figures, Duration session) {
        List<String> over = new ArrayList<>();
        if (figures.calls() > 0 && figures.percent() < percent) {
            over.add(String.format(
                    Locale.ROOT, "deducted: %.1f %% (expected: at least %d %%)", figures.percent(), percent));
        }
        Duration silent = silence.asLongAsTheFault() ? figures.silenceBeyond() : figures.silence();
        Duration most = silence.beyond(session);
        if (silent.compareTo(most) > 0) {
            over.add((silence.asLongAsTheFault() ? "silence beyond the fault: " : "silence: ") + silent.toMillis()
                    + " ms (expected: at most " + most.toMillis() + ")");
        }
        if (figures.falseRefusals() > 0) {
            over.add("false refusals: " + figures.falseRefusals() + " (expected: 0)");
        }
        return over;
    }

    /** Its row in docs/correctness.md. */
    String row() {
        return "| %s | %s | %d %% | %s | %s |"
                .formatted(
                        group,
                        kinds.stream().map(Kind::name).collect(Collectors.joining(", ")),
                        percent,
                        silence,
                        promise);
    }
}
