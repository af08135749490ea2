// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import com.google.common.base.Splitter;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The command line of a JVM like this one: same Java, same class path. Not thread-safe. */
final class JavaCommand {
    private final List<String> command = new ArrayList<>();

    /** @param temporary the folder for temporary files, emptied by the caller */
    JavaCommand(int heapMib, Path temporary) {
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heapMib + "m");
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.add("-XX:+PerfDisableSharedMem");
        command.add("-Djava.net.preferIPv4Stack=true");
        property("java.io.tmpdir", temporary.toString());
    }

    JavaCommand option(String option) {
        command.add(option);
        return this;
    }

    JavaCommand property(String key, String value) {
        command.add("-D" + key + "=" + value);
        return this;
    }

    List<String> main(String mainClass, String... arguments) {
        command.add("-cp");
        command.add(classPath());
        command.add(mainClass);
        command.addAll(List.of(arguments));
        return List.copyOf(command);
    }

    /** Ours with absolute paths, as the child works in another folder. */
    private static String classPath() {
        return Splitter.on(File.pathSeparatorChar)
                .splitToStream(System.getProperty("java.class.path"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
