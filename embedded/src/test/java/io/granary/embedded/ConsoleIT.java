// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import io.granary.backing.Patience;
import io.granary.client.DeductionResult;
import io.granary.client.GranaryClient;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The console as a person sees it, in a browser, while a sale runs and with 1,000 SKUs. */
@ExtendWith(OneEmbedded.class)
class ConsoleIT {
    private static final Sku SALE = new Sku("CONSOLE/A%B.1");
    private static final Sku BUSIEST = new Sku("TICKET-2026");
    private static final Sku POSTER = new Sku("POSTER-2026");
    private static final Sku MUG = new Sku("MUG-2026");
    private static final String SALE_PAGE = "#/skus/CONSOLE%2FA%25B.1";
    /** Units that are bought of each in 50 ms. */
    private static final ImmutableMap<Sku, Integer> WEIGHTS =
            ImmutableMap.of(BUSIEST, 25, new Sku("SHIRT-2026"), 15, POSTER, 10, SALE, 5, MUG, 5);

    private static final int SKUS = 1_000;
    private static final Path SHOTS = Path.of("target", "console");

    @TempDir
    private static Path profile;

    private static EmbeddedGranary granary;
    private static Browser browser;
    private static final AtomicInteger ORDERS = new AtomicInteger();
    private static GranaryClient client;
    private static ScheduledExecutorService buyers;

    @BeforeAll
    static void start(EmbeddedGranary running) throws IOException {
        granary = running;
        try (StockFeed feed = granary.stockFeed()) {
            WEIGHTS.forEach((sku, weight) -> Restocked.with(feed, "console-" + sku, sku, weight * 8_000L));
            for (int i = 0; i < SKUS; i++) {
                Restocked.with(feed, "console-" + i, new Sku(String.format("console-%04d", i)), 10);
            }
        }
        client = granary.client();
        buyers = Executors.newSingleThreadScheduledExecutor();
        ScheduledFuture<?> unused = buyers.scheduleAtFixedRate(ConsoleIT::buy, 0, 50, TimeUnit.MILLISECONDS);
        browser = new Browser(profile, SHOTS.resolve("chromedriver.log"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        browser.close();
        buyers.shutdown();
        assertThat(buyers.awaitTermination(Patience.seconds(10), TimeUnit.SECONDS))
                .isTrue();
        client.close();
    }

    /** A thousand units a second, in waves, by few requests: the browser has this machine as well. */
    private static void buy() {
        int order = ORDERS.getAndIncrement();
        WEIGHTS.forEach((sku, weight) -> {
            int units = (int) Math.round(weight * (1 + 0.4 * Math.sin(order / 100.0) + 0.2 * Math.sin(order / 15.0)));
            CompletableFuture<DeductionResult> unused =
                    client.deduct(sku, RequestId.of("console-" + order), units, Duration.ofSeconds(5));
        });
    }

    @BeforeEach
    void asAtADesk() {
        browser.size(1_280, 900);
        browser.scheme("light");
    }

    private static void open(String page) {
        browser.open(granary.apiAddress().resolve("/" + page));
        soon().until(() -> browser.number("Number(document.documentElement.dataset.events ?? 0)") >= 1);
    }

    /** Long: on a machine that is too busy the leader loses its session now and then, and pages connect again. */
    private static ConditionFactory soon() {
        return await().atMost(Patience.of(Duration.ofMinutes(2))).ignoreExceptions();
    }

    private static long digits(String text) {
        return Long.parseLong(text.replaceAll("\\D", ""));
    }

    @Test
    void figuresFollowTheSale() {
        open("");
        long first = digits(browser.text(".figures .value"));

        soon().until(() -> digits(browser.text(".figures .value")) > first);

        assertThat(browser.title()).isEqualTo("Granary");
        assertThat(browser.text("#link-text")).startsWith("Live · led by allocator-");
        soon().until(() ->
                browser.text("main").contains("node-1-") && browser.text("main").contains("node-2-"));
    }

    @Test
    void aSkuHasAPageWithItsSaleAndItsPartitions() throws Exception {
        open("#/skus");
        browser.find("input[type=search]").sendKeys("a%b");
        soon().until(() -> browser.all("tbody tr").size() == 1);
        browser.find("tbody a").click();

        soon().until(() -> browser.text("h1").equals(SALE.code()));
        assertThat(browser.focused().getText()).isEqualTo(SALE.code());
        long first = digits(browser.text(".figures .value"));
        soon().until(() -> digits(browser.text(".figures .value")) > first);
        soon().until(() -> browser.text("main").contains("node-"));
        soon().until(() ->
                browser.find("canvas").getAttribute("aria-label").startsWith("Sold per second, over time. Now:"));
        WebElement table = browser.find("details.alt");
        table.findElement(By.tagName("summary")).click();
        soon().until(() -> browser.all("details.alt[open] tbody tr").size() > 1);
        browser.screenshot(SHOTS.resolve("sku.png"));
    }

    @Test
    void anUnknownSkuIsSaidToBeUnknown() {
        open("#/skus/NO-SUCH-SKU");

        assertThat(browser.text("main")).contains("The books have no such SKU.");
        assertThat(browser.find("canvas").isDisplayed()).isFalse();
    }

    @Test
    void itIsUsedByKeyboardAlone() {
        open("");
        browser.type(Keys.TAB);
        assertThat(browser.focused().getText()).isEqualTo("Skip to the content");
        assertThat(browser.focused().getCssValue("outline-style")).isEqualTo("solid");
        browser.type(Keys.ENTER);
        assertThat(browser.focused().getTagName()).isEqualTo("main");

        open("");
        for (int i = 0; i < 4; i++) {
            browser.type(Keys.TAB);
        }
        assertThat(browser.focused().getText()).isEqualTo("SKUs");
        browser.type(Keys.ENTER);
        soon().until(() -> browser.focused().getTagName().equals("h1")
                && browser.focused().getText().equals("SKUs"));
        browser.type(Keys.TAB);
        browser.type("console-00");
        soon().until(() -> browser.text(".pager").startsWith("1–50 of 100"));
        // State, Previous (not to be had), Next, the table, and its first heading.
        for (int i = 0; i < 4; i++) {
            browser.type(Keys.TAB);
        }
        assertThat(browser.focused().getText()).isEqualTo("SKU");
        browser.type(Keys.ENTER);
        soon().until(() -> browser.text("tbody th").equals("console-0000"));
        browser.type(Keys.ENTER);
        soon().until(() -> browser.text("tbody th").equals("console-0099"));
        assertThat(browser.find("thead th").getAttribute("aria-sort")).isEqualTo("descending");
        // What was focused stays so while figures change.
        long events = browser.number("Number(document.documentElement.dataset.events)");
        soon().until(() -> browser.number("Number(document.documentElement.dataset.events)") > events + 1);
        assertThat(browser.focused().getText()).isEqualTo("SKU");
    }

    @Test
    void aThousandSkusArePagedSortedAndFiltered() throws Exception {
        open("#/skus");
        soon().until(() -> digits(browser.text(".pager span").replaceAll(".* of ", "")) > SKUS);
        assertThat(browser.all("tbody tr")).hasSize(50);
        // The busiest first.
        soon().until(() -> browser.text("tbody th").equals(BUSIEST.code()));
        browser.screenshot(SHOTS.resolve("skus.png"));

        browser.all(".pager button").get(1).click();
        assertThat(browser.text(".pager span")).startsWith("51–100 of 1,0");
        browser.find("input[type=search]").sendKeys("console-077");
        soon().until(() -> browser.text(".pager span").equals("1–10 of 10"));
        assertThat(browser.all("tbody tr")).hasSize(10);

        long took = browser.number("(() => { const from = performance.now();"
                + " document.querySelector('th button').click(); return performance.now() - from; })()");
        assertThat(took)
                .as("ms to sort, on a machine that does other things as well")
                .isLessThan(2_000);
    }

    private static void done(String... words) {
        Admin.Said said = Admin.of(granary).run(words);
        assertThat(said.code()).as(said.toString()).isZero();
    }

    @Test
    void whatOperatorsWantIsShown() throws Exception {
        done("rebalance", "apply", "even", POSTER.code(), "--wait", "60s");
        open("#/skus/" + POSTER);
        soon().until(() -> browser.text("main").contains("Last rebalances"));
        assertThat(browser.all("table").get(3).getText()).contains("Even out", "Done");

        done("sku", "freeze", MUG.code());
        String holder = Admin.of(granary)
                .run("sku", "show", MUG.code(), "-o", "json")
                .json()
                .at("/partitions/0/node")
                .textValue();
        String node = holder.substring(0, holder.lastIndexOf('-'));
        // What is frozen stays where it is, so this drain goes on until somebody ends it.
        done("node", "drain", node);
        try {
            open("#/skus/" + MUG);
            soon().until(() -> browser.text(".title").contains("Frozen"));
            assertThat(browser.text("main")).contains("no unit is moved between inventory and partitions");
            soon().until(() -> browser.text("main").contains("Last rebalances"));
            assertThat(browser.accessibilityFaults()).isEmpty();

            open("#/skus");
            browser.find("select").sendKeys("Frozen");
            soon().until(() -> browser.all("tbody tr").size() == 1);
            assertThat(browser.text("tbody tr")).contains(MUG.code(), "Frozen");

            for (int width : new int[] {400, 1_280}) {
                browser.size(width, 900);
                open("");
                soon().until(() -> browser.text("main").contains("Rebalances under way"));
                assertThat(browser.text("main")).containsPattern("Drain no\\. \\d+\\W+" + node + "\\W+Running");
                assertThat(browser.text("main")).containsPattern(holder + "\\W+Draining");
                assertThat(browser.text("main")).contains("1 frozen");
                assertThat(browser.number("document.documentElement.scrollWidth"))
                        .isLessThanOrEqualTo(width);
                assertThat(browser.accessibilityFaults()).isEmpty();
            }
        } finally {
            done("node", "undrain", node);
            done("sku", "unfreeze", MUG.code());
        }
        soon().until(() -> !browser.text("main").contains("Rebalances under way"));
        soon().until(() -> !browser.text("main").contains("Draining"));
        soon().until(() -> !browser.text("main").contains("frozen"));
    }

    static Stream<String> pages() {
        return Stream.of("", "#/skus", SALE_PAGE, "#/skus/TICKET-2026", "#/nodes", "#/tasks");
    }

    @ParameterizedTest
    @CsvSource({"1280, light", "1280, dark", "400, light", "400, dark"})
    void everyPageFitsAndIsAccessible(int width, String scheme) throws Exception {
        browser.size(width, 900);
        browser.scheme(scheme);
        for (String page : pages().toList()) {
            open(page);
            if (page.startsWith("#/skus/")) {
                soon().until(() -> browser.text("main").contains("node-"));
            }
            assertThat(browser.number("document.documentElement.scrollWidth"))
                    .as("width of the page /%s", page)
                    .isLessThanOrEqualTo(width);
            assertThat(browser.accessibilityFaults())
                    .as("/%s at %s px, %s", page, width, scheme)
                    .isEmpty();
            browser.screenshot(
                    SHOTS.resolve("page-" + page.replaceAll("[^A-Za-z]+", "") + "-" + width + "-" + scheme + ".png"));
        }
        long red = browser.number("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])");
        assertThat(red < 128).isEqualTo(scheme.equals("dark"));
    }

    @Test
    void nothingIsAskedOfOthersAndNothingIsComplainedOf() {
        for (String page : pages().toList()) {
            open(page);
        }

        String here = "http://" + granary.apiAddress().getAuthority() + "/";
        List<String> asked = browser.requests().stream()
                // The browser's own pages, from inside it.
                .filter(address -> !address.matches("(about|data|chrome):.*"))
                .toList();
        assertThat(asked).isNotEmpty().allMatch(address -> address.startsWith(here));
        // Nobody leads for some seconds if the machine is too busy; the page asks again.
        assertThat(browser.complaints())
                .filteredOn(complaint -> !complaint.contains("/api/v1/events - Failed to load resource"))
                .isEmpty();
    }

    @Test
    void thePagesPolicyIsStrict() throws Exception {
        HttpResponse<String> page = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(granary.apiAddress().resolve("/"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .get()
                .asString()
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }
}
