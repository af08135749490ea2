// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.race;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What people are told while it runs, and what is wrong. Used by one thread. */
public final class Console {
    private final PrintStream out;
    private final long began = System.nanoTime();
    private final List<String> wrong = new ArrayList<>();
    private int checkedRuns;

    public Console(PrintStream out) {
        this.out = out;
    }

    /** A line, after the seconds since the start. */
    public void say(String text, Object... values) {
        long seconds = (System.nanoTime() - began) / 1_000_000_000L;
        out.printf(Locale.ROOT, "%4d s  %s%n", seconds, String.format(Locale.ROOT, text, values));
    }

    /** Says what does not add up after a run, if anything does not; it is said again at the end. */
    public void checked(String run, List<String> found) {
        checkedRuns++;
        for (String what : found) {
            wrong.add(run + ": " + what);
            say("WRONG: %s: %s", run, what);
        }
    }

    /** Text as it is. */
    public void print(Object text) {
        out.println(text);
    }

    /** How many runs' sums were looked at. */
    public int checkedRuns() {
        return checkedRuns;
    }

    /** What did not add up, a line each. */
    public List<String> wrong() {
        return List.copyOf(wrong);
    }
}
