// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * A message that was not applied, as a message of the topic of dead letters: a JSON document in UTF-8 with its fields.
 * A dead letter may come more than once.
 *
 * @param reason why, as {@code field: value (expected: …)}
 * @param original the message's text, cut where it is too long to be an update
 * @param queue where it stood
 * @param offset where it stood
 */
public record DeadLetter(String reason, String original, int queue, long offset) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static DeadLetter of(String reason, byte[] body, int queue, long offset) {
        String original = new String(body, 0, Math.min(body.length, UpdateParser.MAX_BYTES), StandardCharsets.UTF_8);
        return new DeadLetter(reason, original, queue, offset);
    }

    byte[] toBytes() {
        ObjectNode document = JSON.createObjectNode();
        document.put("reason", reason);
        document.put("original", original);
        document.put("queue", queue);
        document.put("offset", offset);
        try {
            return JSON.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an object node is always JSON", e);
        }
    }
}
