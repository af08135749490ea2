// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A service that runs in a JVM. */
abstract class JavaProcess extends BackingProcess {
    private final String mainClass;
    private @Nullable ClassArchive classArchive;

    JavaProcess(String name, Path directory, Duration stopTimeout, String mainClass) {
        super(name, directory, stopTimeout);
        this.mainClass = mainClass;
    }

    /** The JVM with its options, given an empty folder for temporary files. */
    abstract JavaCommand jvm(Path temporary);

    /** Prepares the service's own folder and gives the arguments of its main class. */
    abstract List<String> arguments() throws IOException;

    @Override
    protected final List<String> prepare() throws IOException {
        ServiceClassPath classPath = ServiceClassPath.current();
        Path classList = directory().resolve("classes.list");
        Files.deleteIfExists(classList);
        JavaCommand jvm = jvm(Folders.empty(directory().resolve("tmp")));
        classArchive = ClassArchive.of(mainClass, classPath.jars(), Platform.cacheDirectory(), classList);
        if (classArchive != null) {
            jvm.option(classArchive.option());
        }
        return jvm.main(classPath.all(), mainClass, arguments().toArray(String[]::new));
    }

    @Override
    protected final void started() {
        if (classArchive != null) {
            classArchive.makeInBackground();
        }
    }
}
