// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a CSV text into the texts of its records: a record goes on over a line's end as long as a quote is open. A quote
 * that never ends costs one line only, not the rest of the file. Not thread-safe.
 */
final class CsvRecords implements Closeable {
    /** The most that a record of several lines may have, in characters: a quote open for longer is a broken one. */
    static final int MAX_CHARACTERS = 1 << 16;

    private final BufferedReader in;
    /** Lines read in search of a quote's end that did not come. */
    private final Deque<String> readAhead = new ArrayDeque<>();

    CsvRecords(Reader in) {
        this.in = new BufferedReader(in, 1 << 16);
    }

    /** The next record's text without its line end, blank lines left out; null at the end. */
    @Nullable
    String next() throws IOException {
        String line = line();
        while (line != null && line.isBlank()) {
            line = line();
        }
        return line != null && endsOpen(line, false) ? withLinesUpToTheQuotesEnd(line) : line;
    }

    private String withLinesUpToTheQuotesEnd(String line) throws IOException {
        List<String> lines = new ArrayList<>();
        int characters = line.length();
        for (String more = line(); more != null; more = line()) {
            lines.add(more);
            characters += more.length();
            if (characters > MAX_CHARACTERS) {
                break;
            }
            if (!endsOpen(more, true)) {
                return line + "\n" + String.join("\n", lines);
            }
        }
        for (int i = lines.size() - 1; i >= 0; i--) {
            readAhead.addFirst(lines.get(i));
        }
        return line;
    }

    private @Nullable String line() throws IOException {
        String ahead = readAhead.pollFirst();
        return ahead != null ? ahead : in.readLine();
    }

    /** Whether a quote is open at the line's end, if one was, or was not, at its start. Only a value's start opens one. */
    private static boolean endsOpen(String line, boolean startsOpen) {
        boolean open = startsOpen;
        boolean valueStarts = !startsOpen;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (!open) {
                open = c == '"' && valueStarts;
                valueStarts = c == ',';
            } else if (c == '"') {
                boolean doubled = i + 1 < line.length() && line.charAt(i + 1) == '"';
                open = doubled;
                i += doubled ? 1 : 0;
            }
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
