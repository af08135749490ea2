// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.load.Run;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** One way to sell, with the processes that it needs. Used by one thread. */
public interface Contender {
    /** What an answer is worth. */
    enum Promise {
        /** It is on disk before the answer. */
        DURABLE("on disk before the answer"),
        /** A crash may forget the last second. */
        ALMOST_DURABLE("a crash forgets a second"),
        /** A crash forgets everything. */
        NOT_DURABLE("a crash forgets all"),
        /** It sells more than it has. */
        NONE("oversells");

        private final String text;

        Promise(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /**
     * What came of it.
     *
     * @param wrong what does not add up, in words; empty if everything does
     */
    record Outcome(LoadResult load, List<String> wrong) {}

    /** Short and without blanks. */
    String name();

    Promise promise();

    /** Sells a new product to callers, and compares what they were told with what is written down. */
    Outcome run(Run run) throws IOException, SQLException, InterruptedException;

    /** Ids of all processes that take part, by what they do. */
    Map<String, List<Long>> processes();
}
