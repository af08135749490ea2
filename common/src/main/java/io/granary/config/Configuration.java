// SPDX-License-Identifier: Apache-2.0
package io.granary.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads HOCON. What a file does not say is as in the modules' {@code reference.conf}, which name every setting there
 * is: a key under {@code granary} that none of them has is a mistake and refused. Where a {@code reference.conf} has an
 * empty object, any keys may follow.
 *
 * <p>All methods throw an {@link InvalidConfigurationException} if something is wrong with the configuration.
 */
public final class Configuration {
    private static final String ROOT = "granary";

    private Configuration() {}

    /** The file, which must exist, over the defaults. */
    public static Config load(Path file) {
        if (!Files.isReadable(file)) {
            throw new InvalidConfigurationException(
                    "configuration: '" + file + "' (expected: a file that can be read)");
        }
        return over(() -> ConfigFactory.parseFile(
                file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false)));
    }

    /**
     * A text over the defaults.
     *
     * @param name what messages call it
     */
    public static Config parse(String hocon, String name) {
        return over(() ->
                ConfigFactory.parseString(hocon, ConfigParseOptions.defaults().setOriginDescription(name)));
    }

    /** Nothing but the defaults. */
    public static Config defaults() {
        return over(ConfigFactory::empty);
    }

    private interface Source {
        Config parse();
    }

    private static Config over(Source source) {
        try {
            Config own = source.parse();
            Config reference = ConfigFactory.defaultReferenceUnresolved();
            List<String> unknown = new ArrayList<>();
            if (own.root().get(ROOT) instanceof ConfigObject given) {
                unknown(ROOT, given, reference.root().get(ROOT), unknown);
            }
            if (!unknown.isEmpty()) {
                throw new InvalidConfigurationException(String.join("\n", unknown));
            }
            return own.withFallback(reference).resolve();
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void unknown(String path, ConfigObject given, @Nullable ConfigValue known, List<String> found) {
        if (!(known instanceof ConfigObject names) || names.isEmpty()) {
            return;
        }
        for (Map.Entry<String, ConfigValue> entry : given.entrySet()) {
            String name = path + "." + ConfigUtil.joinPath(entry.getKey());
            ConfigValue value = entry.getValue();
            if (!names.containsKey(entry.getKey())) {
                found.add(name + ": unknown setting" + place(value.origin()) + " (expected: one of "
                        + String.join(", ", names.keySet().stream().sorted().toList()) + ")");
            } else if (value instanceof ConfigObject inner) {
                unknown(name, inner, names.get(entry.getKey()), found);
            }
        }
    }

    /**
     * Makes settings of a section, and says which setting is wrong, and where it stands, if they refuse one.
     *
     * @param path the section, such as {@code granary.node}
     * @param settings reads them from the whole configuration; refuses with {@code name: value (expected: …)}, names as
     *     in the section
     */
    public static <T> T read(Config config, String path, Function<Config, T> settings) {
        try {
            return settings.apply(config);
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            String message = String.valueOf(e.getMessage());
            int colon = message.indexOf(':');
            String name = colon < 0 ? path : path + "." + message.substring(0, colon);
            throw new InvalidConfigurationException(path + "." + message + origin(config, name), e);
        }
    }

    private static String origin(Config config, String name) {
        try {
            return config.hasPath(name) ? place(config.getValue(name).origin()) : "";
        } catch (ConfigException.BadPath e) {
            return "";
        }
    }

    private static String place(ConfigOrigin origin) {
        return " in " + origin.description();
    }
}
