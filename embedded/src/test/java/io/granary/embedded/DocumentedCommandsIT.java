// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.granary.admin.Discovery;
import io.granary.backing.Patience;
import io.granary.client.GranaryClient;
import io.granary.client.Outcome;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every {@code granary admin} command that the README, the pages of docs and the help of the command line show is run, by
 * itself and without {@code --server}. It finds what it is about: names and numbers that a page makes up are put for real
 * ones, made for that command.
 */
@ExtendWith(OneEmbedded.class)
class DocumentedCommandsIT {
    private static final Path ROOT = Path.of("..");
    /** Made of the help, which is run too. */
    private static final String REFERENCE = "admin.md";

    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(60));
    /** Of the command that is run. */
    private static final List<String> SKUS = new ArrayList<>();

    private static EmbeddedGranary granary;
    private static Discovery.Announcement announced;
    private static Path folder;
    private static int made;

    @BeforeAll
    static void announce(EmbeddedGranary running, @TempDir Path temporary) throws IOException {
        granary = running;
        folder = temporary;
        System.setProperty(Discovery.FOLDER_PROPERTY, temporary.resolve("run").toString());
        announced = Discovery.ofUser().announce(running.apiAddress(), temporary);
        ok("health --wait 60s");
    }

    @AfterAll
    static void takeBack() throws IOException {
        announced.close();
        System.clearProperty(Discovery.FOLDER_PROPERTY);
    }

    @TestFactory
    Stream<DynamicTest> everyCommandDoesWhatItIsShownFor() throws IOException {
        List<DocumentedCommand> commands = new ArrayList<>(DocumentedCommand.ofPage(ROOT.resolve("README.md")));
        try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
            for (Path page : pages.filter(one -> one.toString().endsWith(".md"))
                    .filter(one -> !one.endsWith(REFERENCE))
                    .sorted()
                    .toList()) {
                commands.addAll(DocumentedCommand.ofPage(page));
            }
        }
        DocumentedCommand.ofHelp(GranaryCommand.commandLine()).forEach(commands::add);
        Map<Pattern, Function<MatchResult, String>> unused = new LinkedHashMap<>(preparations());
        return Stream.concat(
                commands.stream()
                        .map(command -> DynamicTest.dynamicTest(command.toString(), () -> run(command, unused))),
                Stream.of(DynamicTest.dynamicTest(
                        "every preparation is for some command",
                        () -> assertThat(unused).isEmpty())));
    }

    private static void run(DocumentedCommand command, Map<Pattern, Function<MatchResult, String>> unused) {
        String words = command.words();
        for (Map.Entry<Pattern, Function<MatchResult, String>> preparation :
                preparations().entrySet()) {
            Matcher found = preparation.getKey().matcher(words);
            if (found.find()) {
                words = words.substring(0, found.start())
                        + preparation.getValue().apply(found)
                        + words.substring(found.end());
                unused.keySet()
                        .removeIf(pattern ->
                                pattern.pattern().equals(preparation.getKey().pattern()));
            }
        }
        try {
            Admin.Said said = Admin.bare(DocumentedCommand.split(words));
            assertThat(said.code()).as("%s: %s", words, said).isEqualTo(command.exitCode());
            assertThat(said.out()).as(words).isNotBlank();
            assertThat(said.err()).as(words).isEmpty();
        } finally {
            leaveAsFound();
        }
    }

    /** For commands whose words have the pattern in them: what is put for it. In this order; one may prepare for the next. */
    private static Map<Pattern, Function<MatchResult, String>> preparations() {
        Map<Pattern, Function<MatchResult, String>> all = new LinkedHashMap<>();
        all.put(Pattern.compile("^sku create TICKET"), found -> "sku create " + name());
        all.put(Pattern.compile("^ledger show TICKET --id \\w+"), found -> {
            String sku = openSku();
            return "ledger show " + sku + " --id " + sold(sku, "order");
        });
        all.put(Pattern.compile("^ledger show TICKET (?!--)(\\S+)"), found -> {
            String sku = openSku();
            sold(sku, found.group(1));
            return "ledger show " + sku + " " + found.group(1);
        });
        all.put(Pattern.compile("^stock show \\S+"), found -> {
            String update = name();
            ok("stock restock " + openSku() + " 5 --update-id " + update);
            return "stock show " + update;
        });
        all.put(Pattern.compile("--update-id \\S+"), found -> "--update-id " + name());
        all.put(Pattern.compile("\\bTICKET\\b"), found -> openSku());
        all.put(Pattern.compile("^task create \\S+"), found -> "task create " + name());
        all.put(Pattern.compile("^task (run|pause|resume|history|delete) \\S+"), found -> {
            String task = name();
            ok("task create " + task + " reconcile --every 1d");
            ok("task run " + task + " --wait 30s");
            return "task " + found.group(1) + " " + task;
        });
        all.put(Pattern.compile("^dead-letters replay \\d+"), found -> "dead-letters replay " + deadLetter());
        all.put(Pattern.compile("corrected\\.json"), found -> corrected());
        all.put(
                Pattern.compile("^rebalance status \\d+"),
                found -> "rebalance status "
                        + ok("rebalance apply even " + openSku() + " --wait 30s")
                                .at("/rebalance/id")
                                .asText());
        all.put(Pattern.compile("^rebalance stop \\d+"), found -> "rebalance stop " + endlessDrain());
        all.put(Pattern.compile("^rebalance resume \\d+"), found -> {
            long drain = endlessDrain();
            ok("rebalance stop " + drain);
            return "rebalance resume " + drain;
        });
        all.put(Pattern.compile("^node undrain (\\S+)"), found -> {
            ok("node drain " + found.group(1) + " --wait 60s");
            return found.group();
        });
        all.put(
                Pattern.compile("http://10\\.0\\.0\\.7:8470"),
                found -> granary.apiAddress().toString());
        // It has no end.
        all.put(Pattern.compile("^watch((?!--count).)*$"), found -> found.group() + " --count 1");
        return all;
    }

    /** There are no tasks, drained nodes or frozen SKUs, also none of other tests. */
    private static void leaveAsFound() {
        SKUS.forEach(sku -> ok("sku unfreeze " + sku));
        SKUS.clear();
        for (JsonNode task : ok("task list").get("tasks")) {
            ok("task delete " + task.get("name").textValue() + " --yes");
        }
        for (JsonNode node : ok("node list").get("nodes")) {
            if (node.get("drained").booleanValue()) {
                ok("node undrain " + node.get("node").textValue());
            }
        }
    }

    private static JsonNode ok(String words) {
        Admin.Said said = Admin.bare(DocumentedCommand.split(words + " --output json"));
        assertThat(said.code()).as("%s: %s", words, said).isZero();
        return said.json();
    }

    private static String name() {
        return "documented-" + ++made;
    }

    /** A SKU with units, whose partitions are open: nothing moves by itself any more. */
    private static String openSku() {
        String sku = name();
        ok("sku create " + sku + " --units 10000 --slots 4");
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode places = ok("explain " + sku).get("partitions");
            assertThat(places.findValuesAsText("state")).hasSize(4).allMatch(state -> state.equals("SERVING"));
            assertThat(places.findValuesAsText("onTheWay")).containsOnly("0");
        });
        SKUS.add(sku);
        return sku;
    }

    private static RequestId sold(String sku, String key) {
        RequestId id = RequestId.of(key);
        try (GranaryClient client = granary.client()) {
            assertThat(client.deductAndWait(new Sku(sku), id, 1, PATIENCE).outcome())
                    .isEqualTo(Outcome.DEDUCTED);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        await().atMost(PATIENCE)
                .until(() -> Admin.bare("ledger", "show", sku, key).code() == 0);
        return id;
    }

    /** The number of an update that was refused for a reason that is gone. */
    private static String deadLetter() {
        String update = name();
        String sku = name();
        StockUpdate early = new StockUpdate(update, StockUpdate.Kind.ADJUST, new Sku(sku), 5);
        try (StockFeed feed = granary.stockFeed()) {
            assertThat(feed.send(sku, early.toJson()).join()).isTrue();
        }
        await().atMost(PATIENCE).until(() -> !numberOf(update).isEmpty());
        ok("sku create " + sku);
        return numberOf(update);
    }

    private static String corrected() {
        Path file = folder.resolve(name());
        try {
            return Files.writeString(
                            file, new StockUpdate(name(), StockUpdate.Kind.RESTOCK, new Sku(name()), 5).toJson())
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String numberOf(String update) {
        for (JsonNode letter : ok("dead-letters list").get("deadLetters")) {
            if (letter.path("updateId").asText().equals(update)) {
                return letter.get("id").asText();
            }
        }
        return "";
    }

    /** The number of a drain that can't end, as a partition of the node is frozen. */
    private static long endlessDrain() {
        String sku = openSku();
        String incarnation = ok("sku show " + sku).at("/partitions/0/node").textValue();
        ok("sku freeze " + sku);
        return ok("node drain " + incarnation.substring(0, incarnation.lastIndexOf('-')))
                .at("/rebalance/id")
                .longValue();
    }
}
