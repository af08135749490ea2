// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own that is asked things, one at a time: a line of JSON to its standard input, a line back. It ends when
 * this process does, however that ends, as its input ends then. Used by one thread.
 */
public final class Child implements AutoCloseable {
    /**
     * Compile after a tenth of the usual number of calls. What runs once for each record runs a thousand times a second,
     * and the usual thresholds take it minutes to be compiled by the optimizing compiler. All JVMs that are measured run
     * with this, those of the peers as well.
     */
    public static final List<String> WARM_SOON = List.of("-XX:CompileThresholdScaling=0.1");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN_LOG_CHARS = 3_000;
    private static final Duration END_WITHIN = Duration.ofSeconds(20);

    private final String name;
    private final Path log;
    private final Process process;
    private final Writer requests;
    private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(1);

    private Child(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "answers-of-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a JVM like this one, and waits until it answers.
     *
     * @param folder where its log goes
     * @param jvm options for it, such as {@code -Xmx1g}
     * @param main runs a {@link Requests} loop
     * @throws IOException if it does not come up within a minute
     */
    public static Child start(String name, Path folder, List<String> jvm, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        Path log = folder.resolve(name + ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(WARM_SOON);
        command.addAll(jvm);
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(Redirect.appendTo(log.toFile()))
                .start();
        Child child = new Child(name, log, process);
        try {
            child.ask(Requests.STARTED, null, JsonNode.class, Duration.ofMinutes(1));
            return child;
        } catch (IOException | InterruptedException | RuntimeException e) {
            child.kill();
            throw e;
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.put(line);
            }
        } catch (IOException e) {
            // It has ended; the one who waits is told so below.
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Asks, and waits for the answer.
     *
     * @param body null for none
     * @throws IOException if it refuses, ends, or does not answer in time
     */
    public <T> T ask(String request, @Nullable Object body, Class<T> answer, Duration atMost)
            throws IOException, InterruptedException {
        ObjectNode line = JSON.createObjectNode();
        line.put("request", request);
        line.set("body", JSON.valueToTree(body));
        requests.write(JSON.writeValueAsString(line) + "\n");
        requests.flush();
        long deadline = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() - deadline < 0) {
            String text = answers.poll(50, TimeUnit.MILLISECONDS);
            if (text != null) {
                JsonNode told = JSON.readTree(text);
                if (told.hasNonNull("fault")) {
                    throw new IOException(
                            name + ": " + request + ": " + told.get("fault").asText());
                }
                return JSON.treeToValue(told.get("body"), answer);
            }
            if (!process.isAlive()) {
                throw new IOException("%s: ended with status %d (expected: an answer to %s). %s"
                        .formatted(name, process.exitValue(), request, endOfLog()));
            }
        }
        throw new IOException("%s: no answer to %s in %s. %s".formatted(name, request, atMost, endOfLog()));
    }

    private String endOfLog() throws IOException {
        String text = Files.exists(log) ? Files.readString(log) : "";
        return "Log %s ends:%n%s".formatted(log, text.substring(Math.max(0, text.length() - SHOWN_LOG_CHARS)));
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    /** With SIGKILL, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Lets it end in order, for some seconds, then kills it. */
    @Override
    public void close() {
        try {
            requests.close();
            if (!process.waitFor(END_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                kill();
            }
        } catch (IOException e) {
            kill();
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
