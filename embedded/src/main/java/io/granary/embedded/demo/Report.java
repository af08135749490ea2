// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import io.granary.embedded.demo.Books.SkuRow;
import io.granary.embedded.demo.Findings.Wrong;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** A sale's outcome, as JSON with keys that stay, and as tables for people. */
final class Report {
    /**
     * How the sale was run.
     *
     * @param lines read from the file, or made up
     */
    record Setting(
            String orders,
            long lines,
            Map<BadLine, Long> badLines,
            int stockPercent,
            long seed,
            int callers,
            int nodes,
            int allocators) {}

    /**
     * How far settlement was behind.
     *
     * @param afterLastAnswer from the last answer to the last row
     * @param max seen during the sale
     */
    record Lag(Duration afterLastAnswer, Duration max) {}

    private static final int SKUS_SHOWN = 8;

    private final Setting setting;
    private final Orders orders;
    private final Journal journal;
    private final Books books;
    private final Figures figures;
    private final Audit.Result result;
    private final Lag lag;
    private final Machine machine;
    private final boolean interrupted;

    Report(
            Setting setting,
            Orders orders,
            Journal journal,
            Books books,
            Audit.Result result,
            Lag lag,
            Machine machine,
            boolean interrupted) {
        this.setting = setting;
        this.orders = orders;
        this.journal = journal;
        this.books = books;
        this.figures = Figures.of(orders, journal);
        this.result = result;
        this.lag = lag;
        this.machine = machine;
        this.interrupted = interrupted;
    }

    /** Whether the whole sale was carried out, and everything that must hold holds. */
    boolean passed() {
        return !interrupted && result.findings().isEmpty();
    }

    ObjectNode toJson() {
        Findings findings = result.findings();
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("orders", setting.orders());
        json.put("lines", setting.lines());
        ObjectNode badLines = json.putObject("badLines");
        setting.badLines().forEach((reason, count) -> badLines.put(reason.key(), count));
        json.put("requests", figures.requests());
        json.put("duplicatesSent", figures.secondSends());
        json.put("repeatedCalls", journal.repeats());
        json.put("restocks", figures.restocks());
        json.put("deducted", figures.deducted());
        json.put("refusedSoldOut", figures.soldOut());
        json.put("refusedInsufficient", figures.insufficient());
        json.put("refusedOtherwise", figures.otherwiseRefused());
        json.put("unknown", figures.unknown());
        json.put("unknownSold", result.unknownSold());
        json.put("unknownNotSold", result.unknownNotSold());
        put(json.putObject("units"), Figures.units(orders, books, false));
        json.put("oversoldSkus", findings.count(Wrong.OVERSOLD));
        json.put("undersoldSkus", findings.count(Wrong.UNDERSOLD));
        json.put("lostAcknowledgements", findings.count(Wrong.LOST_ACKNOWLEDGEMENT));
        ObjectNode wrong = json.putObject("violations");
        for (Wrong kind : Wrong.values()) {
            if (findings.count(kind) > 0) {
                wrong.put(kind.name().toLowerCase(Locale.ROOT), findings.count(kind));
            }
        }
        json.put("invariantsHold", findings.isEmpty());
        json.put("interrupted", interrupted);
        json.put("seconds", round(figures.seconds()));
        json.put("requestsPerSecond", Math.round(figures.requestsPerSecond()));
        json.put("deductionsPerSecond", Math.round(figures.deductionsPerSecond()));
        ObjectNode latency = json.putObject("latencyMillis");
        Histogram micros = figures.latencyMicros();
        latency.put("p50", millis(micros.getValueAtPercentile(50)));
        latency.put("p90", millis(micros.getValueAtPercentile(90)));
        latency.put("p99", millis(micros.getValueAtPercentile(99)));
        latency.put("p999", millis(micros.getValueAtPercentile(99.9)));
        latency.put("max", millis(micros.getMaxValue()));
        json.put("settlementLagMillis", lag.afterLastAnswer().toMillis());
        json.put("settlementLagMaxMillis", lag.max().toMillis());
        ObjectNode hot = json.putObject("hotSku");
        hot.put("sku", orders.skus().get(figures.hot().index()).code());
        hot.put("requests", figures.hot().calls());
        hot.put("deducted", figures.hot().deducted());
        hot.put("requestsPerSecond", Math.round(figures.hot().callsPerSecond()));
        hot.put("deductionsPerSecond", Math.round(figures.hot().deductionsPerSecond()));
        json.put("callers", setting.callers());
        json.put("nodes", setting.nodes());
        json.put("allocators", setting.allocators());
        json.put("stockPercent", setting.stockPercent());
        json.put("seed", setting.seed());
        ObjectNode on = json.putObject("machine");
        on.put("processors", machine.processors());
        on.put("loadAverageBefore", round(machine.loadAverage()));
        on.put("ownCpuSeconds", round(machine.ownCpu().toMillis() / 1e3));
        ObjectNode warmUp = json.putObject("warmUp");
        warmUp.put("requests", orders.warmUp());
        put(warmUp.putObject("units"), Figures.units(orders, books, true));
        putSkus(json.putObject("skus"));
        return json;
    }

    private static void put(ObjectNode json, Figures.Units units) {
        json.put("received", units.received());
        json.put("sold", units.sold());
        json.put("inventory", units.inventory());
        json.put("pool", units.pool());
        json.put("actual", units.actual());
        json.put("writtenOff", units.writtenOff());
    }

    private void putSkus(ObjectNode json) {
        long[] demand = orders.demand();
        boolean[] single = orders.singleUnitsOnly();
        boolean[] warm = Figures.warmUpSkus(orders);
        Map<String, Integer> byCode = new TreeMap<>();
        for (int i = 0; i < warm.length; i++) {
            if (!warm[i]) {
                byCode.put(orders.skus().get(i).code(), i);
            }
        }
        byCode.forEach((code, index) -> {
            SkuRow row = books.skus().get(code);
            if (row != null) {
                ObjectNode sku = json.putObject(code);
                sku.put("demand", demand[index]);
                sku.put("received", row.received());
                sku.put("sold", row.sold());
                sku.put("actual", row.actual());
                sku.put("singleUnitsOnly", single[index]);
            }
        });
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
        text.append(table(List.of("what", "figure"), figureRows()));
        text.append('\n');
        text.append(table(List.of("most wanted", "asked for", "received", "sold", "left"), skuRows()));
        text.append('\n');
        result.findings()
                .lines()
                .forEach(line -> text.append("WRONG: ").append(line).append('\n'));
        if (passed()) {
            text.append(
                    "PASS: nothing oversold, nothing undersold, no acknowledgement lost, all sums add up in MySQL\n");
        } else if (interrupted) {
            text.append("FAIL: interrupted before the end\n");
        } else {
            text.append("FAIL: see above\n");
        }
        return text.toString();
    }

    private List<List<String>> figureRows() {
        Figures.Units units = Figures.units(orders, books, false);
        Histogram micros = figures.latencyMicros();
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("order lines", setting.lines()));
        setting.badLines().forEach((reason, count) -> rows.add(row("  not used: " + reason.text(), count)));
        rows.add(row("requests", figures.requests()));
        rows.add(row("  sent twice", figures.secondSends()));
        rows.add(row("  asked again for want of an answer", journal.repeats()));
        rows.add(row("restocks", figures.restocks()));
        rows.add(row("deducted", figures.deducted()));
        rows.add(row("refused, sold out", figures.soldOut()));
        rows.add(row("refused, fewer units left than asked for", figures.insufficient()));
        rows.add(row("refused, otherwise", figures.otherwiseRefused()));
        rows.add(row("never answered", figures.unknown()));
        rows.add(row("units received", units.received()));
        rows.add(row("units sold", units.sold()));
        rows.add(row("units left (inventory + pool)", units.inventory() + " + " + units.pool()));
        rows.add(row("seconds", round(figures.seconds())));
        rows.add(row("requests per second", Math.round(figures.requestsPerSecond())));
        rows.add(row("deductions per second", Math.round(figures.deductionsPerSecond())));
        rows.add(row(
                "hot SKU " + orders.skus().get(figures.hot().index()) + ", requests per second",
                Math.round(figures.hot().callsPerSecond())));
        rows.add(row(
                "latency p50, p99, max, ms",
                millis(micros.getValueAtPercentile(50)) + ", " + millis(micros.getValueAtPercentile(99)) + ", "
                        + millis(micros.getMaxValue())));
        rows.add(row("settled after the last answer, ms", lag.afterLastAnswer().toMillis()));
        rows.add(row("settlement lag at most, ms", lag.max().toMillis()));
        rows.add(row(
                "processors, load average before, own CPU seconds",
                machine.processors() + ", " + round(machine.loadAverage()) + ", "
                        + round(machine.ownCpu().toMillis() / 1e3)));
        if (orders.warmUp() > 0) {
            rows.add(row("besides, to warm up: requests", orders.warmUp()));
        }
        return rows;
    }

    private List<List<String>> skuRows() {
        long[] demand = orders.demand();
        boolean[] warm = Figures.warmUpSkus(orders);
        return IntStream.range(0, demand.length)
                .filter(i -> !warm[i])
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> demand[i]).reversed())
                .limit(SKUS_SHOWN)
                .map(i -> skuRow(orders.skus().get(i).code(), demand[i]))
                .toList();
    }

    private List<String> skuRow(String code, long demand) {
        SkuRow row = books.skus().get(code);
        if (row == null) {
            return List.of(code, number(demand), "-", "-", "-");
        }
        return List.of(code, number(demand), number(row.received()), number(row.sold()), number(row.actual()));
    }

    private static List<String> row(String name, long figure) {
        return List.of(name, number(figure));
    }

    private static List<String> row(String name, double figure) {
        return List.of(name, Double.toString(figure));
    }

    private static List<String> row(String name, String figure) {
        return List.of(name, figure);
    }

    private static String table(List<String> header, List<List<String>> rows) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            columns.add(new Column()
                    .header(header.get(i))
                    .headerAlign(i == 0 ? HorizontalAlign.LEFT : HorizontalAlign.RIGHT)
                    .dataAlign(i == 0 ? HorizontalAlign.LEFT : HorizontalAlign.RIGHT));
        }
        Object[][] data = rows.stream().map(List::toArray).toArray(Object[][]::new);
        return AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, columns.toArray(Column[]::new), data)
                + "\n";
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static double millis(long micros) {
        return round(micros / 1e3);
    }

    private static double round(double number) {
        return Math.round(number * 1_000) / 1e3;
    }
}
