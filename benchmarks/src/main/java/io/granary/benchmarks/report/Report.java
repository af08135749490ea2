// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.granary.benchmarks.race.Standing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Everything that was measured.
 *
 * @param standings by key
 * @param skipped what was left out, and why
 * @param checkedRuns how many runs' sums were looked at
 * @param wrong what does not add up; empty if everything does
 */
public record Report(
        Machine machine,
        Map<String, Standing> standings,
        Figures figures,
        List<String> skipped,
        int checkedRuns,
        List<String> wrong) {
    /** For people. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        text.append(machine).append("\n\n");
        if (!standings.isEmpty()) {
            text.append(race()).append('\n');
        }
        if (!figures.all().isEmpty()) {
            Table table = new Table("figure", "value", "unit");
            figures.all().forEach(one -> table.add(List.of(one.text(), Table.figure(one.value()), one.unit())));
            text.append(table).append('\n');
        }
        Table goals = new Table("goal", "verdict", "measured");
        Goals.of(standings, figures)
                .forEach(goal -> goals.add(List.of(goal.goal(), goal.verdict().text(), goal.measured())));
        text.append(goals).append('\n');
        skipped.forEach(line -> text.append("skipped: ").append(line).append('\n'));
        wrong.forEach(line -> text.append("WRONG: ").append(line).append('\n'));
        if (wrong.isEmpty() && checkedRuns > 0) {
            text.append("The sums of all ")
                    .append(checkedRuns)
                    .append(" runs add up: no unit was lost, none sold twice.\n");
        }
        return text.toString();
    }

    private Table race() {
        Table table = new Table(
                "who, and how many in flight",
                "answer",
                "per second",
                "slowest - fastest",
                "p50 us",
                "p99 us",
                "x best peer",
                "CPU us: client",
                "server",
                "broker",
                "settling",
                "others' CPUs");
        standings.values().forEach(standing -> {
            Map<String, Double> cpu = standing.cpuMicros();
            table.add(List.of(
                    standing.heat().key(),
                    standing.heat().contender().promise().text(),
                    Table.figure(standing.perSecond()),
                    Table.figure(standing.slowest()) + " - " + Table.figure(standing.fastest()),
                    Table.figure(standing.p50()),
                    Table.figure(standing.p99()),
                    Goals.bestDurablePeer(standings, standing.heat().load())
                            .map(best -> Table.figure(standing.perSecond() / best.perSecond()))
                            .orElse("-"),
                    cpu(cpu, "client"),
                    cpu(cpu, "node", "redis", "mariadb"),
                    cpu(cpu, "broker"),
                    cpu(cpu, "allocator", "database"),
                    Table.figure(standing.othersProcessors())));
        });
        return table;
    }

    private static String cpu(Map<String, Double> micros, String... processes) {
        double sum = 0;
        boolean known = false;
        for (String process : processes) {
            known |= micros.containsKey(process);
            sum += micros.getOrDefault(process, 0.0);
        }
        return known ? Table.figure(sum) : "";
    }

    /**
     * For programs. The keys stay the same from version to version.
     *
     * @throws IOException if the file can't be written
     */
    public void writeTo(Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode json = mapper.createObjectNode();
        json.set("machine", mapper.valueToTree(machine));
        ArrayNode race = json.putArray("race");
        for (Standing standing : standings.values()) {
            ObjectNode row = race.addObject();
            row.put("contender", standing.heat().contender().name());
            row.put("load", standing.heat().load());
            row.put("promise", standing.heat().contender().promise().name());
            row.put("inFlight", standing.heat().run().inFlight());
            row.put("perSecond", standing.perSecond());
            row.put("slowest", standing.slowest());
            row.put("fastest", standing.fastest());
            row.put("p50Micros", standing.p50());
            row.put("p99Micros", standing.p99());
            row.put("maxMicros", standing.max());
            row.set("cpuMicros", mapper.valueToTree(standing.cpuMicros()));
            row.put("othersProcessors", standing.othersProcessors());
            row.set("rounds", mapper.valueToTree(standing.rounds()));
        }
        ObjectNode single = json.putObject("figures");
        for (Figures.Figure figure : figures.all()) {
            ObjectNode one = single.putObject(figure.key());
            one.put("value", figure.value());
            one.put("unit", figure.unit());
            one.put("text", figure.text());
        }
        json.set("goals", mapper.valueToTree(Goals.of(standings, figures)));
        json.set("skipped", mapper.valueToTree(skipped));
        json.put("checkedRuns", checkedRuns);
        json.set("wrong", mapper.valueToTree(wrong));
        mapper.writeValue(file.toFile(), json);
    }
}
