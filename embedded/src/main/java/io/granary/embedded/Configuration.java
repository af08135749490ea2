// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads a configuration file on top of the defaults of all modules. */
public final class Configuration {
    private static final String ROOT = "granary";

    private Configuration() {}

    /**
     * @param file HOCON; null for the defaults alone
     * @throws IllegalArgumentException if the file can't be read, or names a setting that there is not
     */
    public static Config load(@Nullable Path file) {
        Config defaults = ConfigFactory.defaultReference();
        if (file == null) {
            return ConfigFactory.defaultOverrides().withFallback(defaults).resolve();
        }
        try {
            Config given = ConfigFactory.parseFile(
                    file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
            refuseUnknown(file, given, defaults);
            return ConfigFactory.defaultOverrides()
                    .withFallback(given)
                    .withFallback(defaults)
                    .resolve();
        } catch (ConfigException e) {
            throw new IllegalArgumentException("configuration: " + e.getMessage(), e);
        }
    }

    private static void refuseUnknown(Path file, Config given, Config defaults) {
        if (!given.hasPath(ROOT)) {
            throw new IllegalArgumentException("configuration: " + file + " (expected: settings under " + ROOT + ")");
        }
        TreeSet<String> known = new TreeSet<>();
        for (Map.Entry<String, ?> setting : defaults.getConfig(ROOT).entrySet()) {
            known.add(setting.getKey());
        }
        List<String> unknown = new ArrayList<>();
        for (Map.Entry<String, ?> setting : given.getConfig(ROOT).entrySet()) {
            if (!known.contains(setting.getKey())) {
                unknown.add(ROOT + "." + setting.getKey());
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("configuration: " + String.join(", ", unknown)
                    + " (expected: settings of the reference.conf files, see the README)");
        }
    }
}
