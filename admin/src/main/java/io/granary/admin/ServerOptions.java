// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import com.typesafe.config.Config;
import io.granary.config.Configuration;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which allocator a command asks. */
final class ServerOptions {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "any allocator's address, http://host:port (default: what --config says, else the"
                    + " `granary embedded` that runs on this machine)")
    private @Nullable String server;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "HOCON with granary.admin.server, for services that run elsewhere")
    private @Nullable Path config;

    Api api() {
        return new Api(address(), System.getProperty("user.name", "unknown"), PATIENCE);
    }

    private URI address() {
        if (server != null) {
            return checked("--server", server);
        }
        if (config != null) {
            Config settings = Configuration.load(config);
            String given = settings.getString("granary.admin.server");
            if (!given.isEmpty()) {
                return checked("granary.admin.server", given);
            }
        }
        return discovered();
    }

    private static URI discovered() {
        List<Discovery.Running> running;
        try {
            running = Discovery.ofUser().running();
        } catch (IOException e) {
            throw AdminException.failed("what runs on this machine can't be read: " + e);
        }
        if (running.isEmpty()) {
            throw AdminException.failed(
                    "no allocator is known (expected: --server URL, --config FILE, or a running `granary embedded`)");
        }
        if (running.size() > 1) {
            StringBuilder all = new StringBuilder();
            running.forEach(one -> all.append(all.isEmpty() ? "" : ", ")
                    .append(one.server())
                    .append(" of ")
                    .append(one.data()));
            throw AdminException.badArguments("several run here (expected: --server with one of " + all + ")");
        }
        return running.get(0).server();
    }

    private static URI checked(String name, String given) {
        try {
            URI uri = URI.create(given);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw AdminException.badArguments(name + ": '" + given + "' (expected: http://host:port)");
        }
        throw AdminException.badArguments(name + ": '" + given + "' (expected: http://host:port)");
    }
}
