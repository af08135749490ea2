// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import io.granary.client.Outcome;
import io.granary.embedded.demo.Findings.Wrong;
import io.granary.faults.Fault.Kind;
import io.granary.faults.FaultPlan.Step;
import io.granary.faults.Nemesis.Done;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a fault test did and found, for people and for programs.
 *
 * @param steps that the nemesis took, in order
 * @param done the faults that happened
 * @param unaskedEnds how often processes ended by themselves, by name
 * @param orders made while faults happened
 * @param retries calls made again for them
 * @param sales how they went while faults happened
 * @param rebalances what operators asked for while faults happened
 * @param takeovers of nodes that were killed, one after the other
 * @param settled from the last sale to the last row
 */
record FaultsReport(
        FaultsOptions options,
        Audit.Result audit,
        List<Step> steps,
        List<Done> done,
        Map<String, Integer> unaskedEnds,
        Market market,
        long orders,
        long retries,
        long restocks,
        SalesReport sales,
        List<Operators.Count> rebalances,
        List<Takeover.Times> takeovers,
        Duration settled,
        Duration took) {

    /** Whether all that must hold does. */
    boolean passed() {
        return audit.findings().isEmpty() && (sales.isKept() || !options.salesBounds());
    }

    private long count(Kind kind) {
        return done.stream().filter(each -> each.fault().kind() == kind).count();
    }

    private long count(Kind kind, String group) {
        return done.stream()
                .filter(each -> each.fault().kind() == kind
                        && each.fault().target().group().equals(group))
                .count();
    }

    private static Stream<String> groups() {
        return Stream.concat(Target.PROCESSES.stream(), Target.LINKS.stream());
    }

    /** The report for programs; its keys are documented by this method and stay. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("passed", passed());
        json.put("seed", options.seed());
        json.put("seconds", options.duration().toSeconds());
        json.put(
                "scenario",
                options.scenario() == null ? null : options.scenario().toString());
        json.put("sessionTimeoutMillis", options.sessionTimeout().toMillis());
        json.put("tookSeconds", took.toSeconds());
        ObjectNode faults = json.putObject("faults");
        faults.put("total", done.size());
        ObjectNode byKind = faults.putObject("byKind");
        ObjectNode byTarget = faults.putObject("byTarget");
        for (Kind kind : Kind.values()) {
            byKind.put(kind.name(), count(kind));
        }
        groups().forEach(group -> {
            ObjectNode kinds = byTarget.putObject(group);
            for (Kind kind : Kind.values()) {
                if (kind.isOfLinks() == group.contains(">")) {
                    kinds.put(kind.name(), count(kind, group));
                }
            }
        });
        ObjectNode ends = json.putObject("endedByThemselves");
        unaskedEnds.forEach(ends::put);
        ObjectNode requests = json.putObject("requests");
        requests.put("orders", audit.orders());
        requests.put("deducted", audit.deducted());
        requests.put("refused", audit.refused());
        requests.put("doubtful", audit.doubtful());
        requests.put("doubtfulInLedger", audit.doubtfulInLedger());
        requests.put("duringFaults", orders);
        requests.put("retriesDuringFaults", retries);
        ObjectNode calls = json.putObject("callsByOutcome");
        for (Outcome outcome : Outcome.values()) {
            calls.put(outcome.name(), market.ended(outcome));
        }
        ObjectNode units = json.putObject("units");
        units.put("sent", audit.unitsSent());
        units.put("received", audit.unitsReceived());
        units.put("sold", audit.unitsSold());
        units.put("left", audit.unitsLeft());
        json.put("restocks", restocks);
        json.put("salesBoundsKept", sales.isKept());
        sales.put(json.putArray("sales"));
        ObjectNode rebalanced = json.putObject("rebalances");
        for (Operators.Count count : rebalances) {
            rebalanced
                    .putObject(count.kind().name())
                    .put("asked", count.asked())
                    .put("applied", count.applied())
                    .put("done", count.done());
        }
        json.put("ledgerRows", audit.ledgerRows());
        ArrayNode times = json.putArray("takeovers");
        for (Takeover.Times each : takeovers) {
            times.addObject()
                    .put("partitions", each.partitions())
                    .put("firstMillis", each.first().toMillis())
                    .put("allMillis", each.all().toMillis());
        }
        json.put("settledMillis", settled.toMillis());
        ObjectNode findings = json.putObject("findings");
        for (Wrong wrong : Wrong.values()) {
            findings.put(wrong.name(), audit.findings().count(wrong));
        }
        putSchedule(json.putArray("schedule"));
        return json;
    }

    private void putSchedule(ArrayNode schedule) {
        for (Step step : steps) {
            ObjectNode json = schedule.addObject();
            json.put("scene", step.scene().name());
            json.put("pauseMillis", step.pauseMillis());
            ArrayNode faults = json.putArray("faults");
            for (Fault fault : step.faults()) {
                faults.addObject()
                        .put("kind", fault.kind().name())
                        .put("target", fault.target().name())
                        .put("afterMillis", fault.afterMillis())
                        .put("holdMillis", fault.holdMillis());
            }
        }
    }

    void write(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(
                file,
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(toJson()) + "\n");
    }

    /** The tables, the verdict in the last line. */
    String toText() {
        StringBuilder text = new StringBuilder();
        text.append(faultTable()).append('\n').append(figureTable()).append('\n');
        text.append(table(SalesReport.HEADER, sales.rows())).append('\n');
        audit.findings()
                .lines()
                .forEach(line -> text.append("WRONG: ").append(line).append('\n'));
        sales.over().forEach(line -> text.append("OVER: ").append(line).append('\n'));
        text.append(
                passed()
                        ? "PASS: nothing lost, nothing oversold, everything sold, all sums add up"
                                + (sales.isKept() ? ", sales went on\n" : "; bounds of sales not enforced\n")
                        : "FAIL: see above\n");
        return text.toString();
    }

    private String faultTable() {
        List<String> header = new ArrayList<>(List.of("faults"));
        for (Kind kind : Kind.values()) {
            header.add(kind.name());
        }
        List<List<String>> rows = new ArrayList<>();
        groups().forEach(group -> {
            List<String> row = new ArrayList<>(List.of(group));
            for (Kind kind : Kind.values()) {
                row.add(kind.isOfLinks() == group.contains(">") ? number(count(kind, group)) : "");
            }
            rows.add(row);
        });
        List<String> sums = new ArrayList<>(List.of("all " + done.size()));
        for (Kind kind : Kind.values()) {
            sums.add(number(count(kind)));
        }
        rows.add(sums);
        return table(header, rows);
    }

    private String figureTable() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("seed", Long.toString(options.seed())));
        rows.add(List.of("seconds with faults", number(options.duration().toSeconds())));
        rows.add(List.of("session time-out, ms", number(options.sessionTimeout().toMillis())));
        rows.add(List.of("orders", number(audit.orders())));
        rows.add(List.of("  deducted", number(audit.deducted())));
        rows.add(List.of("  refused", number(audit.refused())));
        rows.add(List.of("  unknown for a time", number(audit.doubtful())));
        rows.add(List.of("  … of which deducted", number(audit.doubtfulInLedger())));
        rows.add(List.of("calls made again while faults happened", number(retries)));
        for (Outcome outcome : Outcome.values()) {
            rows.add(List.of("calls told " + outcome, number(market.ended(outcome))));
        }
        rows.add(List.of("units sent", number(audit.unitsSent())));
        rows.add(List.of("units received", number(audit.unitsReceived())));
        rows.add(List.of("units sold", number(audit.unitsSold())));
        rows.add(List.of("units left", number(audit.unitsLeft())));
        for (Operators.Count count : rebalances) {
            rows.add(List.of(
                    "rebalances " + count.kind() + ": asked, applied, done",
                    number(count.asked()) + ", " + number(count.applied()) + ", " + number(count.done())));
        }
        rows.add(List.of("settled after the last sale, ms", number(settled.toMillis())));
        for (Takeover.Times each : takeovers) {
            rows.add(List.of(
                    "takeover of " + number(each.partitions()) + " partitions: first, all, ms",
                    number(each.first().toMillis()) + ", " + number(each.all().toMillis())));
        }
        rows.add(List.of("processes that ended by themselves", unaskedEnds.isEmpty() ? "0" : unaskedEnds.toString()));
        return table(List.of("what", "figure"), rows);
    }

    private static String table(List<String> header, List<List<String>> rows) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            HorizontalAlign align = i == 0 ? HorizontalAlign.LEFT : HorizontalAlign.RIGHT;
            columns.add(new Column().header(header.get(i)).headerAlign(align).dataAlign(align));
        }
        Object[][] data = rows.stream().map(List::toArray).toArray(Object[][]::new);
        return AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, columns.toArray(Column[]::new), data)
                + "\n";
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
