// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.granary.api.ApiJson;
import java.io.PrintWriter;

/** Where a command shows its answer. */
final class Output {
    /** How. */
    enum Format {
        table,
        json
    }

    private static final ObjectWriter JSON = ApiJson.forClient().writerWithDefaultPrettyPrinter();

    private final PrintWriter out;
    private final Format format;

    Output(PrintWriter out, Format format) {
        this.out = out;
        this.format = format;
    }

    boolean isJson() {
        return format == Format.json;
    }

    /**
     * Shows an answer: to programs as the JSON that the API sent, to people as they like it.
     *
     * @param forPeople writes with {@link #line} and {@link #table}
     */
    void show(Object answer, Runnable forPeople) {
        if (isJson()) {
            try {
                out.println(JSON.writeValueAsString(answer));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("an answer that can't be written", e);
            }
        } else {
            forPeople.run();
        }
        out.flush();
    }

    /** A line for people. */
    void line(String text) {
        out.println(text);
    }

    /** A table for people. */
    void table(Table table) {
        out.println(table.render());
    }
}
