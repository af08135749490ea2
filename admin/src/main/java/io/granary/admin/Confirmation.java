// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Asks before what can't be undone. */
final class Confirmation {
    @Option(
            names = {"-y", "--yes"},
            description = "do not ask; needed where there is no terminal to ask at")
    private boolean yes;

    /**
     * Returns if it is confirmed.
     *
     * @param what will be done, as a sentence
     * @throws AdminException if it is not, or nobody can be asked
     */
    void ask(String what) {
        if (yes) {
            return;
        }
        if (!Terminal.isThere()) {
            throw AdminException.no(what + " Not confirmed (expected: --yes, as there is no terminal to ask at)");
        }
        System.err.print(what + " Do it? [y/N] ");
        System.err.flush();
        if (!answer().strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw AdminException.no("Not confirmed: nothing was done.");
        }
    }

    private static String answer() {
        try {
            String line = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw AdminException.failed("the answer can't be read: " + e);
        }
    }
}
