// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the audit found wrong: how often, and some examples of each. Not thread-safe. */
public final class Findings {
    /** What can be wrong. */
    public enum Wrong {
        OVERSOLD("SKUs with more units acknowledged or sold than received"),
        UNDERSOLD("SKUs with units left that somebody was refused"),
        LOST_ACKNOWLEDGEMENT("acknowledged requests that are not in the ledger"),
        WRONG_QUANTITY("ledger rows with another quantity than asked for"),
        REFUSED_BUT_SOLD("refused requests that are in the ledger"),
        RESOLVED_OTHERWISE("requests first unknown, in the end refused, and in the ledger"),
        NEVER_ASKED("ledger rows that nobody asked for"),
        ANSWER_CHANGED("requests that were acknowledged and later refused"),
        UNKNOWN("requests whose outcome callers never learned"),
        FAILED("calls that failed, or answers that can't be"),
        RECEIVED("SKUs whose received units are not those that were sent"),
        ACCOUNTS("SKUs whose sums do not add up"),
        DEAD_UPDATE("stock updates that were refused"),
        STOPPED("lanes or partitions at which settlement has stopped");

        private final String text;

        Wrong(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    private static final int EXAMPLES = 5;

    private final Map<Wrong, Long> counts = new EnumMap<>(Wrong.class);
    private final Map<Wrong, List<String>> examples = new EnumMap<>(Wrong.class);

    public void add(Wrong wrong, String example) {
        add(wrong, 1, example);
    }

    public void add(Wrong wrong, long count, String example) {
        counts.merge(wrong, count, Long::sum);
        List<String> known = examples.computeIfAbsent(wrong, key -> new ArrayList<>());
        if (known.size() < EXAMPLES) {
            known.add(example);
        }
    }

    public long count(Wrong wrong) {
        return counts.getOrDefault(wrong, 0L);
    }

    public boolean isEmpty() {
        return counts.isEmpty();
    }

    /** One line for each kind of fault, with examples. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        counts.forEach((wrong, count) -> lines.add(
                count + " " + wrong.text() + ": " + String.join("; ", examples.getOrDefault(wrong, List.of()))));
        return lines;
    }
}
