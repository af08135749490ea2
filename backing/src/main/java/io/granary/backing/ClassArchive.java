// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The classes of a service as the JVM keeps them in memory (class data sharing): with it, a service starts in half the time.
 *
 * <p>The first start of a service on a machine notes which classes it loads; from that list the JVM's own tool makes the
 * archive in the background, once per user, Java and set of jars. A JVM checks an archive before it uses it, so a stale one
 * is only useless. Thread-safe.
 */
final class ClassArchive {
    private static final Logger LOG = LoggerFactory.getLogger(ClassArchive.class);

    private final List<Path> jars;
    private final Path archive;
    private final Path classList;

    /**
     * @param jars not empty
     * @param classList where the service may note its classes
     */
    private ClassArchive(List<Path> jars, Path archive, Path classList) {
        this.jars = jars;
        this.archive = archive;
        this.classList = classList;
    }

    /** The archive for a service with these jars; null if there cannot be one. */
    static @Nullable ClassArchive of(String mainClass, List<Path> jars, Path cache, Path classList) throws IOException {
        if (jars.isEmpty()) {
            return null;
        }
        Hasher hasher = Hashing.sha256().newHasher();
        hasher.putString(System.getProperty("java.vm.version"), StandardCharsets.UTF_8);
        hasher.putString(System.getProperty("java.home"), StandardCharsets.UTF_8);
        for (Path jar : jars) {
            hasher.putString(jar.toString(), StandardCharsets.UTF_8);
            hasher.putLong(Files.getLastModifiedTime(jar).toMillis());
        }
        String simpleName = mainClass.substring(mainClass.lastIndexOf('.') + 1);
        String name = "%s-%s.jsa".formatted(simpleName, hasher.hash().toString().substring(0, 16));
        return new ClassArchive(jars, cache.resolve("classes").resolve(name), classList);
    }

    /** For the service's JVM: use the archive, or help to make it. */
    String option() {
        return Files.exists(archive) ? "-XX:SharedArchiveFile=" + archive : "-XX:DumpLoadedClassList=" + classList;
    }

    /** To be called when a service serves that was started with {@link #option()}. */
    void makeInBackground() {
        if (Files.exists(classList) && !Files.exists(archive)) {
            Thread maker = new Thread(this::make, "class-archive");
            maker.setDaemon(true);
            maker.start();
        }
    }

    private void make() {
        // One at a time in this JVM: it takes seconds of a core.
        synchronized (ClassArchive.class) {
            makeUnlessMade();
        }
    }

    private void makeUnlessMade() {
        try {
            Files.createDirectories(archive.getParent());
            Path lockFile = archive.resolveSibling(archive.getFileName() + ".lock");
            try (FileChannel file = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = file.tryLock()) {
                if (lock != null && !Files.exists(archive)) {
                    dump();
                }
            }
        } catch (OverlappingFileLockException anotherThreadMakesIt) {
            LOG.debug("{} is being made", archive);
        } catch (IOException e) {
            LOG.warn("cannot make {}: services start slower", archive, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void dump() throws IOException, InterruptedException {
        // The service goes on writing to the list, and its last line may be half a line.
        List<String> classes = Files.readAllLines(classList);
        Path stableList = Files.write(
                archive.resolveSibling(archive.getFileName() + ".list"), classes.subList(0, classes.size() - 1));
        Path making = archive.resolveSibling(archive.getFileName() + ".tmp");
        Process tool = new ProcessBuilder(
                        JavaCommand.javaProgram(),
                        "-Xshare:dump",
                        "-XX:SharedClassListFile=" + stableList,
                        "-XX:SharedArchiveFile=" + making,
                        // The services' collector: an archive with heap objects fits few others.
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-Xlog:disable",
                        "-cp",
                        ServiceClassPath.join(jars))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start();
        try (ParentDeathWatch watch = ParentDeathWatch.over(tool)) {
            LOG.debug("making {} under {}", archive, watch);
            int status = tool.waitFor();
            if (status != 0) {
                throw new IOException("status %d (expected: 0)".formatted(status));
            }
        }
        Files.move(making, archive, StandardCopyOption.ATOMIC_MOVE);
    }
}
