// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One set of services for all tests of a JVM, started when first asked for and gone when the JVM ends.
 *
 * <p>Tests keep apart by names of their own: topics ({@link BrokerProcess#createTopic}), ZooKeeper namespaces, databases or
 * tables. A test that kills a service starts it again. The data are in {@code target/backing/} and are not kept. Thread-safe.
 */
public final class SharedBacking {
    private static final Logger LOG = LoggerFactory.getLogger(SharedBacking.class);

    private static @Nullable BackingServices services;

    private SharedBacking() {}

    /** The services, running. */
    public static synchronized BackingServices services() {
        BackingServices running = services;
        if (running == null) {
            Path directory = freshDirectory(Path.of("target", "backing"));
            running = BackingServices.at(directory).start();
            services = running;
            Runtime.getRuntime().addShutdownHook(new Thread(SharedBacking::discard, "discard-backing"));
        }
        return running;
    }

    private static synchronized void discard() {
        if (services != null) {
            services.kill();
            freshDirectory(Path.of("target", "backing"));
        }
    }

    /** This JVM's folder, empty. Folders of JVMs that are gone, which could not do it themselves, are deleted. */
    private static Path freshDirectory(Path parent) {
        try {
            Files.createDirectories(parent);
            Path own = parent.resolve(Long.toString(ProcessHandle.current().pid()));
            for (Path folder : list(parent)) {
                if (folder.equals(own) || !belongsToRunningProcess(folder)) {
                    Folders.delete(folder);
                }
            }
            return own;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare " + parent, e);
        }
    }

    private static List<Path> list(Path parent) throws IOException {
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.toList();
        }
    }

    private static boolean belongsToRunningProcess(Path folder) {
        try {
            return ProcessHandle.of(Long.parseLong(folder.getFileName().toString()))
                    .isPresent();
        } catch (NumberFormatException notOurs) {
            LOG.debug("left alone: {}", folder);
            return true;
        }
    }
}
