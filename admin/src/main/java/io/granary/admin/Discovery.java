// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.granary.api.ApiJson;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What runs on this machine for this user: {@code granary embedded} leaves a file with its address while it runs. One
 * whose process is gone does not count; it is known by its number and the time of its start. Thread-safe.
 */
public final class Discovery {
    /** A system property: another folder for these files. */
    public static final String FOLDER_PROPERTY = "granary.run";

    private static final JsonMapper JSON = ApiJson.forClient();

    /**
     * One that runs.
     *
     * @param server http://host:port of an allocator
     * @param pid its process
     * @param started when that began, by which a process that later has the same number is told apart
     * @param data its folder
     */
    public record Running(URI server, long pid, Instant started, String data) {
        boolean isAlive() {
            return ProcessHandle.of(pid)
                    .filter(process -> process.isAlive() && startOf(process).equals(started))
                    .isPresent();
        }
    }

    private final Path folder;

    public Discovery(Path folder) {
        this.folder = folder;
    }

    /** At the place of this user: {@code $XDG_RUNTIME_DIR/granary}, else {@code ~/.cache/granary/run}. */
    public static Discovery ofUser() {
        String given = System.getProperty(FOLDER_PROPERTY, "");
        if (!given.isBlank()) {
            return new Discovery(Path.of(given));
        }
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return new Discovery(
                runtime == null || runtime.isBlank()
                        ? Path.of(System.getProperty("user.home"), ".cache", "granary", "run")
                        : Path.of(runtime, "granary"));
    }

    /**
     * Says that this process has an allocator; closing takes it back.
     *
     * @param data its folder, for people
     */
    public Announcement announce(URI server, Path data) throws IOException {
        Files.createDirectories(folder);
        ProcessHandle self = ProcessHandle.current();
        Running running = new Running(
                server,
                self.pid(),
                startOf(self),
                data.toAbsolutePath().normalize().toString());
        Path written = Files.createTempFile(folder, ".", ".new");
        Files.write(written, JSON.writeValueAsBytes(running));
        Path file = folder.resolve(self.pid() + ".json");
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new Announcement(file);
    }

    /** What was announced. */
    public static final class Announcement implements AutoCloseable {
        private final Path file;

        private Announcement(Path file) {
            this.file = file;
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(file);
        }
    }

    /** All that run, ordered by their processes' numbers. Files of those that do not are taken away. */
    public List<Running> running() throws IOException {
        List<Running> found = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
            for (Path file : files) {
                Optional<Running> one = read(file);
                if (one.isPresent() && one.get().isAlive()) {
                    found.add(one.get());
                } else {
                    Files.deleteIfExists(file);
                }
            }
        }
        found.sort(Comparator.comparingLong(Running::pid));
        return found;
    }

    private static Optional<Running> read(Path file) throws IOException {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), Running.class));
        } catch (NoSuchFileException | JsonProcessingException e) {
            // Taken back just now, or not ours to understand.
            return Optional.empty();
        }
    }

    private static Instant startOf(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }
}
