// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Debian's Chromium without a window, as a person of the tests uses it. {@code scripts/test} installs it. */
final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ChromeDriver driver;
    private final List<String> requests = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    /**
     * @param profile a new folder
     * @param log a file for what the driver and the browser say; its folder is made
     */
    Browser(Path profile, Path log) throws IOException {
        assertThat(CHROMIUM)
                .as("Debian's chromium, which scripts/test installs")
                .exists();
        assertThat(DRIVER)
                .as("Debian's chromium-driver, which scripts/test installs")
                .exists();
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--user-data-dir=" + profile);
        options.setCapability("goog:loggingPrefs", logs);
        Files.createDirectories(log.toAbsolutePath().getParent());
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .usingAnyFreePort()
                        .withLogFile(log.toFile())
                        .build(),
                options);
    }

    /** Opens an address anew, also if only what is after # differs. */
    void open(URI address) {
        driver.get("about:blank");
        driver.get(address.toString());
    }

    void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    void scheme(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    long number(String expression) {
        return ((Number) run("return " + expression)).longValue();
    }

    String text(String selector) {
        return find(selector).getText();
    }

    WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    /** Types where the focus is. */
    void type(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    WebElement focused() {
        return driver.switchTo().activeElement();
    }

    /** Where it is. */
    String address() {
        return driver.getCurrentUrl();
    }

    String title() {
        return driver.getTitle();
    }

    /** What a checker of accessibility finds wrong with the page; empty if nothing. */
    List<String> accessibilityFaults() {
        try (InputStream axe = Browser.class.getResourceAsStream("/axe.min.js")) {
            driver.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Object found = driver.executeAsyncScript("const done = arguments[arguments.length - 1];"
                + "axe.run({ resultTypes: ['violations'] }).then("
                + "result => done(result.violations.map(v => v.id + ': ' + v.help + ' at ' + v.nodes.map(n => n.target).join(' and '))),"
                + "fault => done(['axe failed: ' + fault]));");
        return ((List<?>) found).stream().map(String::valueOf).toList();
    }

    void screenshot(Path file) throws IOException {
        Object data = driver.executeCdpCommand("Page.captureScreenshot", Map.of("format", "png"))
                .get("data");
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(String.valueOf(data)));
    }

    private void readLogs() {
        driver.manage().logs().get(LogType.PERFORMANCE).forEach(entry -> {
            try {
                JsonNode message = JSON.readTree(entry.getMessage()).get("message");
                if (message.get("method").textValue().equals("Network.requestWillBeSent")) {
                    requests.add(message.get("params").get("request").get("url").textValue());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        driver.manage().logs().get(LogType.BROWSER).forEach(entry -> complaints.add(entry.getMessage()));
    }

    /** Every address that pages have asked for so far. */
    List<String> requests() {
        readLogs();
        return requests;
    }

    /** What the browser wrote to its console so far: faults of scripts, and what the page's policy refused. */
    List<String> complaints() {
        readLogs();
        return complaints;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
