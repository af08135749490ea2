// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a module runs on by itself, as in production: its classes and its dependencies, and nothing that is there for tests. */
public final class ModuleClassPath {
    private ModuleClassPath() {}

    /**
     * @param module the name of its folder; built in this run
     */
    public static String of(String module) throws IOException {
        Path target = Path.of("..", module, "target").toAbsolutePath().normalize();
        return target.resolve("classes")
                + File.pathSeparator
                + Files.readString(target.resolve("test-classes").resolve("runtime-class-path.txt"));
    }
}
