// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a JVM like this one. Not thread-safe. */
final class JavaCommand {
    private final List<String> command = new ArrayList<>();

    /** @param temporary the folder for temporary files, emptied by the caller */
    JavaCommand(int heapMib, Path temporary) {
        command.add(javaProgram());
        command.add("-Xmx" + heapMib + "m");
        command.add("-XX:+UseSerialGC");
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.add("-XX:+PerfDisableSharedMem");
        property("java.net.preferIPv4Stack", "true");
        property("java.io.tmpdir", temporary.toString());
        property("logback.configurationFile", "io/granary/backing/service-logback.xml");
    }

    static String javaProgram() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    JavaCommand option(String option) {
        command.add(option);
        return this;
    }

    JavaCommand property(String key, String value) {
        command.add("-D" + key + "=" + value);
        return this;
    }

    List<String> main(List<Path> classPath, String mainClass, String... arguments) {
        command.add("-cp");
        command.add(ServiceClassPath.join(classPath));
        command.add(mainClass);
        command.addAll(List.of(arguments));
        return List.copyOf(command);
    }
}
