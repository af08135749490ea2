// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

/** A terminal on which each look takes the place of the one before; on anything else they follow each other. */
final class Screen {
    /** To the upper left corner; and from there everything is cleared. */
    private static final String CLEAR = "\u001b[H\u001b[2J";

    private final Output output;
    private final boolean terminal;

    Screen(Output output) {
        this.output = output;
        terminal = Terminal.isThere();
    }

    void next(Runnable look) {
        if (terminal) {
            output.line(CLEAR);
        }
        look.run();
    }
}
