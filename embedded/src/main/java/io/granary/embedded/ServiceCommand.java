// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.config.Configuration;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Option;

/** Runs one service until Ctrl-C. */
abstract class ServiceCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "HOCON; README.md says where the settings are described")
    private Path config = Path.of("granary.conf");

    /**
     * A service that runs.
     *
     * @param givenUp completes with the reason when it will never serve again; then the process ends, so that whoever runs
     *     it can start another one
     */
    record Running(AutoCloseable service, CompletableFuture<String> givenUp) {}

    /** Starts it; says on the standard output what listens where. */
    abstract Running start(Config settings) throws Exception;

    @Override
    public final Integer call() throws Exception {
        Config settings = Configuration.load(config);
        try (Interruption interruption = new Interruption();
                Started started = new Started()) {
            Running running = start(settings);
            started.add(running.service());
            System.out.println("Runs until Ctrl-C.");
            CompletableFuture<String> end = running.givenUp().copy();
            interruption.react(() -> end.complete("Ctrl-C"));
            String reason = end.get();
            if (interruption.isRaised()) {
                System.out.println("Closing …");
                return ExitCode.OK;
            }
            System.err.println("It has given up: " + reason);
            return ExitCode.FAILED;
        }
    }
}
