// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** {@code granary admin} as a test runs it, at one allocator. */
public record Admin(URI server) {
    /** What came of a command. */
    public record Said(int code, String out, String err) {
        /** The standard output as JSON. */
        public JsonNode json() {
            try {
                return new ObjectMapper().readTree(out);
            } catch (IOException e) {
                throw new UncheckedIOException(this.toString(), e);
            }
        }
    }

    public static Admin of(EmbeddedGranary granary) {
        return new Admin(granary.apiAddress());
    }

    /** Runs words that have no spaces in them. */
    public Said run(String words) {
        return run(words.split(" "));
    }

    /** Runs a command; {@code --server} is added. */
    public Said run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--server=" + server);
        return bare(all.toArray(String[]::new));
    }

    /** Runs a command as it is. */
    public static Said bare(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = GranaryCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(Stream.of("admin"), Stream.of(arguments)).toArray(String[]::new));
        return new Said(code, out.toString(), err.toString());
    }
}
