// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.granary.client.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How sales went during the faults, and whether the bounds were kept.
 *
 * @param figures by trouble, in the order of the report
 * @param scenario what was done if it was not many faults
 */
record SalesReport(
        Map<Trouble, SalesFigures> figures,
        Duration sessionTimeout,
        @Nullable Scenario scenario) {
    static final List<String> HEADER = List.of(
            "sales during",
            "times",
            "s",
            "answers/s",
            "calls",
            "deducted, %",
            "wait p99, ms",
            "false refusals",
            "silence, s",
            "normal after, s",
            "bound",
            "verdict");

    private enum Verdict {
        KEPT,
        OVER,
        NOT_JUDGED
    }

    private Optional<SalesBound> bound(Trouble trouble) {
        return scenario == null || scenario.isJudged() ? SalesBound.of(trouble) : Optional.empty();
    }

    private List<String> over(Trouble trouble, SalesFigures of) {
        return bound(trouble).map(bound -> bound.over(of, sessionTimeout)).orElse(List.of());
    }

    private Verdict verdict(Trouble trouble, SalesFigures of) {
        return bound(trouble).isEmpty()
                ? Verdict.NOT_JUDGED
                : over(trouble, of).isEmpty() ? Verdict.KEPT : Verdict.OVER;
    }

    /** Whether every bound was kept. */
    boolean isKept() {
        return over().isEmpty();
    }

    /** A line for each trouble whose bound was not kept. */
    List<String> over() {
        List<String> lines = new ArrayList<>();
        figures.forEach((trouble, of) -> {
            List<String> over = over(trouble, of);
            if (!over.isEmpty()) {
                lines.add(trouble + ": " + String.join(", ", over));
            }
        });
        return lines;
    }

    /** The table's rows below {@link #HEADER}. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        figures.forEach((trouble, of) -> rows.add(List.of(
                trouble.toString(),
                Long.toString(of.times()),
                seconds(of.lasted()),
                decimal(of.answeredPerSecond()),
                String.format(Locale.ROOT, "%,d", of.calls()),
                of.calls() == 0 ? "" : decimal(of.percent()),
                Long.toString(of.wait99().toMillis()),
                Long.toString(of.falseRefusals()),
                seconds(of.silence()),
                seconds(of.recovery()) + (of.neverNormal() == 0 ? "" : ", " + of.neverNormal() + " not"),
                bound(trouble)
                        .map(bound -> bound.percent() + " %, " + bound.silence())
                        .orElse(""),
                verdict(trouble, of).name().replace('_', ' '))));
        return rows;
    }

    private static String seconds(Duration duration) {
        return decimal(duration.toMillis() / 1000.0);
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    /** For programs; its keys are documented by this method and stay. */
    void put(ArrayNode rows) {
        figures.forEach((trouble, of) -> {
            ObjectNode row = rows.addObject();
            row.put("kind", trouble.kind() == null ? "COMBINED" : trouble.kind().name());
            row.put("target", trouble.kind() == null ? null : trouble.group());
            row.put("times", of.times());
            row.put("millis", of.lasted().toMillis());
            row.put("answeredPerSecond", of.answeredPerSecond());
            row.put("calls", of.calls());
            ObjectNode calls = row.putObject("callsByOutcome");
            ObjectNode others = row.putObject("otherCallsByOutcome");
            for (Outcome outcome : Outcome.values()) {
                calls.put(outcome.name(), of.steady(outcome));
                others.put(outcome.name(), of.other(outcome));
            }
            row.put("deductedPercent", of.percent());
            row.put("falseRefusals", of.falseRefusals());
            row.put("wait99Millis", of.wait99().toMillis());
            row.put("silenceMillis", of.silence().toMillis());
            row.put("silenceBeyondFaultMillis", of.silenceBeyond().toMillis());
            row.put("normalAfterMillis", of.recovery().toMillis());
            row.put("notNormalAgain", of.neverNormal());
            bound(trouble)
                    .ifPresent(bound -> row.putObject("bound")
                            .put("deductedPercent", bound.percent())
                            .put(
                                    bound.silence().asLongAsTheFault() ? "silenceBeyondFaultMillis" : "silenceMillis",
                                    bound.silence().beyond(sessionTimeout).toMillis()));
            row.put("verdict", verdict(trouble, of).name());
            ArrayNode over = row.putArray("over");
            over(trouble, of).forEach(over::add);
        });
    }
}
