// SPDX-License-Identifier: Apache-2.0
package io.granary.service;

import com.typesafe.config.Config;
import io.granary.config.Configuration;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** Runs one service until Ctrl-C. */
public abstract class ServiceCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "HOCON; README.md says where the settings are described")
    private Path config = Path.of("granary.conf");

    /** Starts it; says on the standard output what listens where. */
    protected abstract AutoCloseable start(Config settings) throws Exception;

    @Override
    public final Integer call() throws Exception {
        Config settings = Configuration.load(config);
        try (Interruption interruption = new Interruption();
                Started started = new Started()) {
            started.add(start(settings));
            System.out.println("Runs until Ctrl-C.");
            interruption.react(() -> {});
            interruption.await();
            System.out.println("Closing …");
        }
        return ExitCode.OK;
    }
}
