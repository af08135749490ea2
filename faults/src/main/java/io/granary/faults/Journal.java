// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.granary.client.DeductionResult;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What buyers asked and were told, as JSON lines: a line before each call and one after its answer. Times are ns of one
 * monotonic clock. It is all that the {@link Audit} knows of the buyers. Thread-safe.
 *
 * <pre>{@code
 * {"at":17,"call":1,"sku":"HOT","id":"00…0f","quantity":2,"client":"client-1"}
 * {"at":42,"call":1,"told":"DEDUCTED","detail":0}
 * {"at":50,"update":"restock-1","sku":"HOT","units":100}
 * {"at":60,"update":"restock-1","sent":true}
 * }</pre>
 */
final class Journal implements Closeable {
    private record Ask(long at, long call, String sku, String id, int quantity, String client) {}

    private record Answer(long at, long call, String told, long detail) {}

    private record Restock(long at, String update, String sku, long units) {}

    private record Sent(long at, String update, boolean sent) {}

    private final ObjectMapper json = new ObjectMapper();
    private final Path file;
    private final BufferedWriter writer;
    private final AtomicLong calls = new AtomicLong();

    /**
     * @throws IOException if the file can't be written
     */
    Journal(Path file) throws IOException {
        this.file = file;
        writer = Files.newBufferedWriter(file);
    }

    Path file() {
        return file;
    }

    /** Returns the number of the call. */
    long ask(String client, Sku sku, RequestId id, int quantity) {
        long call = calls.incrementAndGet();
        write(new Ask(System.nanoTime(), call, sku.code(), id.toString(), quantity, client));
        return call;
    }

    void told(long call, DeductionResult result) {
        write(new Answer(System.nanoTime(), call, result.outcome().name(), result.detail()));
    }

    /** Units are about to be sent. */
    void restock(String updateId, Sku sku, long units) {
        write(new Restock(System.nanoTime(), updateId, sku.code(), units));
    }

    /** RocketMQ has confirmed that it has them. */
    void sent(String updateId) {
        write(new Sent(System.nanoTime(), updateId, true));
    }

    private void write(Record line) {
        try {
            String text = json.writeValueAsString(line);
            synchronized (this) {
                writer.write(text);
                writer.write('\n');
                writer.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
