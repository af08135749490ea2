// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.granary.admin.Discovery;
import io.granary.allocator.RunningAllocator;
import io.granary.backing.DatabaseAddress;
import io.granary.backing.Patience;
import io.granary.config.Configuration;
import io.granary.service.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new user does, each command a process of its own, and what he sees if something dies under it. */
final class AdminProcessIT {
    private static final Duration PATIENCE = Patience.of(Duration.ofMinutes(2));
    /** What a shell says of who ends after SIGTERM. */
    private static final int TERMINATED = 128 + 15;

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    private int started;

    private GranaryProcess start(String... words) throws IOException {
        return GranaryProcess.start(folder.resolve("process-" + ++started), folder.resolve("user"), List.of(words));
    }

    /** Runs a command without any option to its end. */
    private Admin.Said admin(String words) throws Exception {
        List<String> all = new ArrayList<>(List.of("admin"));
        all.addAll(List.of(DocumentedCommand.split(words)));
        return start(all.toArray(String[]::new)).end();
    }

    private JsonNode ok(String words) throws Exception {
        Admin.Said said = admin(words + " --output json");
        assertThat(said.code()).as("%s: %s", words, said).isZero();
        return said.json();
    }

    private static void hasOneLine(Admin.Said said, int code, String part) {
        assertThat(said.code()).as(said.toString()).isEqualTo(code);
        assertThat(said.err().lines())
                .as(said.toString())
                .singleElement()
                .asString()
                .contains(part);
    }

    @Test
    void theEmbeddedOneIsFoundSellsAndIsMissedWhenItIsKilled() throws Exception {
        hasOneLine(admin("health"), 3, "no allocator is known (expected: --server URL");
        String data = folder.resolve("data").toString();
        try (GranaryProcess embedded = start("embedded", "--data", data, "--stock", "TICKET=200000")) {
            assertThat(ok("health --wait 2m").get("healthy").booleanValue()).isTrue();
            await().atMost(PATIENCE).until(() -> embedded.out().contains("Runs until Ctrl-C."));
            await().atMost(PATIENCE)
                    .until(() -> admin("sku show TICKET -o json").code() == 0);
            assertThat(ok("explain TICKET").get("addsUp").booleanValue()).isTrue();
            hasOneLine(start("embedded", "--data", data).end(), 2, "is used by another that runs");

            // The second time the same orders get the same answers.
            String program = programOfReadme(zooKeeper(embedded));
            for (int time = 0; time < 2; time++) {
                assertThat(shell(program)).isEqualTo("Sold two tickets to each of 100 orders\n");
            }
            await().atMost(PATIENCE)
                    .until(() -> ok("sku show TICKET").at("/sku/sold").longValue() == 200);

            try (GranaryProcess watch = start("admin", "watch", "--every", "100ms")) {
                await().atMost(PATIENCE).until(() -> watch.out().contains("TICKET"));
                embedded.kill();
                hasOneLine(watch.end(), 3, "no answer from http://127.0.0.1:");
            }
        }
        hasOneLine(admin("health"), 3, "no allocator is known");

        try (GranaryProcess again = start("embedded", "--data", data)) {
            assertThat(ok("health --wait 2m").get("healthy").booleanValue()).isTrue();
            assertThat(ok("sku show TICKET").at("/sku/sold").longValue()).isEqualTo(200);
            again.stop();
            Admin.Said ended = again.end();
            assertThat(ended.code()).isEqualTo(TERMINATED);
            assertThat(ended.out()).endsWith("Closing …\n");
        }
        hasOneLine(admin("explain TICKET"), 3, "no allocator is known");
    }

    private static String zooKeeper(GranaryProcess embedded) throws IOException {
        Matcher line = Pattern.compile("^ZooKeeper +(\\S+)$", Pattern.MULTILINE).matcher(embedded.out());
        assertThat(line.find()).as(embedded.out()).isTrue();
        return line.group(1);
    }

    private static String programOfReadme(String zooKeeper) throws IOException {
        try (Stream<String> lines = Files.lines(ROOT.resolve("README.md"))) {
            return lines.filter(line -> line.startsWith("java -cp "))
                    .findFirst()
                    .orElseThrow()
                    .replace("127.0.0.1:PORT", zooKeeper);
        }
    }

    private String shell(String command) throws Exception {
        Path out = folder.resolve("program.txt");
        // Later JVMs warn there of what libraries do.
        Path err = folder.resolve("program-err.txt");
        Process process = new ProcessBuilder("bash", "-c", command)
                .directory(ROOT.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(out) + Files.readString(err))
                .isZero();
        return Files.readString(out);
    }

    @Test
    void commandsUnderWayGoOnWhenTheLeaderIsKilled() throws Exception {
        var config = Configuration.parse("granary.allocator.http.port = 0", "test");
        EmbeddedSettings settings = EmbeddedSettings.of(config).withNodes(2).withAllocators(1);
        try (EmbeddedGranary granary = EmbeddedGranary.start(config, settings, folder.resolve("data"));
                AllocatorProcess leader = AllocatorProcess.start(granary, "killed")) {
            RunningAllocator first = granary.allocators().get(0);
            Admin asked = Admin.of(granary);
            assertThat(asked.run("health --wait 60s").code()).isZero();
            first.close();
            await().atMost(PATIENCE).until(() -> leader.is(leaderOf(granary)));
            RunningAllocator follower = granary.startAllocator();
            try (Started announced = new Started()) {
                announced.add(new Discovery(folder.resolve("user").resolve("granary"))
                        .announce(follower.service().api().uri(), granary.data()));
                await().atMost(PATIENCE)
                        .until(() ->
                                leader.is(ok("health --wait 60s").get("leader").textValue()));
                ok("sku create TICKET --units 1000 --slots 2");
                await().atMost(PATIENCE)
                        .until(() -> ok("explain TICKET")
                                .get("partitions")
                                .findValuesAsText("state")
                                .equals(List.of("SERVING", "SERVING")));
                ok("sku freeze TICKET");

                // The partitions of a frozen SKU stay where they are: this drain has no end until then.
                try (GranaryProcess drain = start("admin", "node", "drain", "node-1", "--wait", "100s");
                        GranaryProcess watch = start("admin", "watch", "TICKET", "--every", "100ms")) {
                    await().atMost(PATIENCE)
                            .until(
                                    () -> ok("rebalance status")
                                            .at("/rebalances/0/kind")
                                            .textValue(),
                                    "DRAIN"::equals);
                    await().atMost(PATIENCE).until(() -> watch.out().contains("TICKET"));
                    leader.kill();
                    String seen = watch.out();
                    // This one is asked by somebody who knows nothing of it.
                    ok("sku unfreeze TICKET");

                    Admin.Said drained = drain.end();
                    assertThat(drained.err()).isEmpty();
                    assertThat(drained.code()).as(drained.out()).isZero();
                    assertThat(drained.out()).contains("DONE");
                    await().atMost(PATIENCE).until(() -> watch.out().length() > seen.length());
                    assertThat(watch.isAlive()).isTrue();
                    watch.stop();
                    assertThat(watch.end().code()).isEqualTo(TERMINATED);
                }
                assertThat(ok("health").get("leader").textValue())
                        .isEqualTo(follower.service().name());
            }
        }
    }

    private static String leaderOf(EmbeddedGranary granary) throws SQLException {
        DatabaseAddress books = granary.database();
        try (Connection connection = DriverManager.getConnection(books.url(), books.user(), books.password());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select leader from leader_term")) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }
}
