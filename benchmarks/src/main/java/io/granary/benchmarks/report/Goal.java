// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.report;

/**
 * What is wanted, and what came of it.
 *
 * @param key stays the same from version to version
 * @param goal in words
 * @param measured in words
 */
public record Goal(String key, String goal, Verdict verdict, String measured) {
    /** Whether it was reached. */
    public enum Verdict {
        HOLDS("holds"),
        DOES_NOT_HOLD("DOES NOT HOLD"),
        NOT_MEASURED("not measured");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }
}
