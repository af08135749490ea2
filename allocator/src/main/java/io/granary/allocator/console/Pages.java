// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The console's files, from the class path, all of them held in memory. They load nothing from elsewhere, and the browser
 * is told to see to that. Thread-safe.
 */
final class Pages {
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
            + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String CHART = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";
    private static final String SCRIPT = "text/javascript; charset=utf-8";

    private record File(byte[] bytes, String type, String tag) {}

    private final Map<String, File> files;

    Pages() {
        ImmutableMap.Builder<String, File> all = ImmutableMap.builder();
        all.put("index.html", file("index.html", "text/html; charset=utf-8"));
        all.put("console.css", file("console.css", "text/css; charset=utf-8"));
        all.put("icon.svg", file("icon.svg", "image/svg+xml"));
        for (String module : new String[] {
            "app.js",
            "charts.js",
            "dom.js",
            "format.js",
            "nodes.js",
            "overview.js",
            "parts.js",
            "sku.js",
            "skus.js",
            "store.js",
            "tasks.js"
        }) {
            all.put(module, file(module, SCRIPT));
        }
        all.put("chart.js", file(CHART, SCRIPT));
        files = all.build();
    }

    private static File file(String name, String type) {
        try (InputStream stream = Pages.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + ": not on the class path (expected: a file of the console)");
            }
            byte[] bytes = stream.readAllBytes();
            return new File(
                    bytes, type, '"' + Hashing.murmur3_128().hashBytes(bytes).toString() + '"');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers with a file of the console; 404 if there is no such one. */
    void serve(Context ctx, String name) {
        File file = files.get(name);
        ctx.header("Content-Security-Policy", POLICY);
        ctx.header("X-Content-Type-Options", "nosniff");
        ctx.header("Referrer-Policy", "no-referrer");
        ctx.header("Cross-Origin-Opener-Policy", "same-origin");
        // Asked for each time, and mostly answered with 304: another version must not mix with this one.
        ctx.header("Cache-Control", "no-cache");
        if (file == null) {
            ctx.status(HttpStatus.NOT_FOUND).result("There is no such page.\n");
        } else if (file.tag().equals(ctx.header("If-None-Match"))) {
            ctx.status(HttpStatus.NOT_MODIFIED);
        } else {
            ctx.header("ETag", file.tag()).contentType(file.type()).result(file.bytes());
        }
    }
}
