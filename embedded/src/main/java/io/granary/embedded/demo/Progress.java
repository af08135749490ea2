// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how far something is: a bar on a terminal, else a line now and then. Used by one thread. */
public final class Progress implements AutoCloseable {
    /** The system property by which the launcher says that the error output is a terminal: Java can't tell. */
    private static final String TERMINAL = "granary.terminal";

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    private final String what;
    private final long all;
    private final PrintStream out;
    private final @Nullable ProgressBar bar;
    private long lastLine = System.nanoTime();

    private Progress(String what, long all, PrintStream out, @Nullable ProgressBar bar) {
        this.what = what;
        this.all = all;
        this.out = out;
        this.bar = bar;
    }

    public static Progress of(String what, long all, PrintStream out) {
        boolean terminal = Boolean.getBoolean(TERMINAL);
        ProgressBar bar = terminal
                ? new ProgressBarBuilder()
                        .setTaskName(what)
                        .setInitialMax(all)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(200)
                        .showSpeed()
                        .build()
                : null;
        return new Progress(what, all, out, bar);
    }

    public void at(long done) {
        if (bar != null) {
            bar.stepTo(done);
        } else if (done < all && System.nanoTime() - lastLine >= BETWEEN_LINES.toNanos()) {
            lastLine = System.nanoTime();
            out.printf("%s: %,d of %,d%n", what, done, all);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
