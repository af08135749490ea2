// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Says of each planted bug how many seeds it took, as soon as that is known. */
final class BugTable {
    private static final String FORMAT = "%-28s %7s  %s%n";
    private static final int FAILURE_WIDTH = 100;

    private final PrintStream out;
    private final List<BugHunt.Found> rows = new ArrayList<>();

    BugTable(PrintStream out) {
        this.out = out;
        out.printf(Locale.ROOT, FORMAT, "planted bug", "seeds", "found by");
    }

    void add(BugHunt.Found found) {
        rows.add(found);
        String failure = found.failure() == null
                ? "NOT FOUND"
                : found.failure().lines().findFirst().orElse("");
        out.printf(
                Locale.ROOT,
                FORMAT,
                found.bug().text(),
                found.seeds(),
                failure.length() > FAILURE_WIDTH ? failure.substring(0, FAILURE_WIDTH) + " …" : failure);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        for (BugHunt.Found found : rows) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("what", found.bug().what());
            row.put("found", found.isFound());
            row.put("seeds", found.seeds());
            row.put("failure", found.failure());
            json.put(found.bug().text(), row);
        }
        return json;
    }

    /** Whether all were found. */
    boolean end() {
        long found = rows.stream().filter(BugHunt.Found::isFound).count();
        out.println(found + " found, " + (rows.size() - found) + " not found");
        return found == rows.size();
    }
}
