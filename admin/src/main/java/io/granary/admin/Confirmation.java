// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import java.io.Console;
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
        Console console = System.console();
        if (console == null) {
            throw AdminException.no(what + " Not confirmed (expected: --yes, as there is no terminal to ask at)");
        }
        String answer = console.readLine("%s Do it? [y/N] ", what);
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw AdminException.no("Not confirmed: nothing was done.");
        }
    }
}
