// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import io.granary.log.Append;
import io.granary.log.Topic;
import io.granary.stock.StockUpdate;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Stock updates that were refused, and their way back: an operator who has removed the reason, or corrects the document, has
 * it published again. Thread-safe.
 */
public final class DeadLetters {
    private final DeadLetterStore store;
    private final Topic updates;

    /**
     * @param updates the topic of stock updates; stays the caller's
     */
    public DeadLetters(DeadLetterStore store, Topic updates) {
        this.store = store;
        this.updates = updates;
    }

    public DeadLetterStore store() {
        return store;
    }

    /**
     * Publishes a dead letter again. It is in the books that it was before it is, so a replay that fails on the way is
     * done again; it is applied once.
     *
     * @param corrected another document; empty for the same
     * @return whether it is stored for good
     * @throws IllegalArgumentException if the document can't be an update: for that it would die again
     */
    public CompletableFuture<Boolean> replay(KeptLetter letter, Optional<String> corrected, String who) {
        String content = corrected.orElse(letter.letter().original());
        byte[] body = content.getBytes(StandardCharsets.UTF_8);
        ReadUpdate read = UpdateParser.parse(body);
        if (read instanceof ReadUpdate.Malformed malformed) {
            throw new IllegalArgumentException(
                    malformed.reason() + (corrected.isEmpty() ? "; it needs a corrected document" : ""));
        }
        StockUpdate update = ((ReadUpdate.Valid) read).update();
        store.noteReplay(letter, update.updateId(), content, who);
        return updates.publish(update.sku().code(), body).thenApply(append -> append instanceof Append.Stored);
    }
}
