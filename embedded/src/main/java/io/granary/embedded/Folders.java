// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders of data. */
public final class Folders {
    private Folders() {}

    /**
     * Where this user's programs keep what can be made again. Not the system's folder for temporary files: that one is
     * often memory, where a flush costs nothing and proves nothing.
     */
    public static Path cache() {
        String given = System.getenv("XDG_CACHE_HOME");
        Path caches =
                given == null || given.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(given);
        return caches.resolve("granary");
    }

    /** Deletes a folder and all that is in it, if it exists; does not follow links. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> inside;
        try (Stream<Path> paths = Files.walk(folder)) {
            inside = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : inside) {
            Files.deleteIfExists(path);
        }
    }
}
