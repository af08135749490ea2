// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.config.Configuration;
import io.granary.service.Started;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One {@link EmbeddedGranary} with two nodes for all test classes of a run, as it takes long to start: a parameter of that
 * type gets it. Tests use SKUs of their own, and leave it as they found it.
 */
public final class OneEmbedded implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(OneEmbedded.class);

    /** Closed with the run. */
    private record Running(Started started, EmbeddedGranary granary, Path data) implements AutoCloseable {
        static Running start() {
            Path data = Path.of(
                    "target",
                    "one-embedded",
                    Long.toString(ProcessHandle.current().pid()));
            Config config = Configuration.defaults();
            Started started = new Started();
            try {
                EmbeddedGranary granary = started.add(EmbeddedGranary.start(
                        config, EmbeddedSettings.of(config).withNodes(2), data));
                return new Running(started, granary, data);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            started.close();
            Folders.delete(data);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EmbeddedGranary.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Running.class, key -> Running.start(), Running.class)
                .granary();
    }
}
