// SPDX-License-Identifier: Apache-2.0
package io.granary.service;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which Granary this is: the build writes it down. */
final class Version {
    static final String OF_THIS = read();

    private Version() {}

    private static String read() {
        try (InputStream file = Version.class.getResourceAsStream("version.properties")) {
            if (file == null) {
                throw new IllegalStateException("version.properties (expected: made by the build)");
            }
            Properties written = new Properties();
            written.load(file);
            return written.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
