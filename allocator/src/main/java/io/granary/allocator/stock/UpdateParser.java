// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.hash.Hashing;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the document of {@link StockUpdate}. Strict about what it reads (types, ranges, a field given twice, text
 * behind the document), tolerant of fields that it does not know. Thread-safe.
 */
final class UpdateParser {
    /** More than this is no update. */
    static final int MAX_BYTES = 1 << 16;

    private static final ObjectReader READER = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);
    private static final int MAX_SHOWN = 80;

    private UpdateParser() {}

    static ReadUpdate parse(byte[] body) {
        long print = print(body);
        if (body.length > MAX_BYTES) {
            return new ReadUpdate.Malformed(
                    "", "body: " + body.length + " bytes (expected: at most " + MAX_BYTES + ")", print);
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            return new ReadUpdate.Malformed("", "body: " + body.length + " bytes (expected: UTF-8)", print);
        }
        JsonNode document;
        try {
            document = READER.readTree(text);
        } catch (JsonProcessingException e) {
            return new ReadUpdate.Malformed(
                    "", "body: " + shown(text) + " (expected: one JSON object; " + e.getOriginalMessage() + ")", print);
        }
        if (document == null || !document.isObject()) {
            return new ReadUpdate.Malformed("", "body: " + shown(text) + " (expected: a JSON object)", print);
        }
        return parse(document, print);
    }

    private static ReadUpdate parse(JsonNode document, long print) {
        String id = "";
        try {
            id = StockUpdate.checkId(text(document, "updateId"));
            StockUpdate.Kind kind = kind(document);
            Sku sku = new Sku(text(document, "sku"));
            StockUpdate update = kind.isOfDeduction()
                    ? new StockUpdate(id, kind, sku, request(document))
                    : new StockUpdate(id, kind, sku, units(document), slots(document));
            return new ReadUpdate.Valid(update, print(update.toBytes()));
        } catch (IllegalArgumentException e) {
            return new ReadUpdate.Malformed(id, String.valueOf(e.getMessage()), print);
        }
    }

    private static StockUpdate.Kind kind(JsonNode document) {
        String kind = text(document, "kind");
        for (StockUpdate.Kind known : StockUpdate.Kind.values()) {
            if (known.name().equals(kind)) {
                return known;
            }
        }
        throw refusal("kind", shown(kind), "RESTOCK, ADJUST, RELEASE or CONFIRM");
    }

    private static String text(JsonNode document, String field) {
        JsonNode value = document.get(field);
        if (value == null || !value.isTextual()) {
            throw refusal(field, shown(value), "a text");
        }
        return value.textValue();
    }

    /** By its id, or by the text key that the id was made of. */
    private static RequestId request(JsonNode document) {
        boolean byId = document.has("requestId");
        if (byId == document.has("order")) {
            throw refusal("requestId, order", byId ? "both" : "neither", "one of them");
        }
        return byId ? RequestId.parse(text(document, "requestId")) : RequestId.of(text(document, "order"));
    }

    private static long units(JsonNode document) {
        JsonNode value = document.get("units");
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw refusal("units", shown(value), "a whole number to " + StockUpdate.MAX_UNITS);
        }
        return value.longValue();
    }

    private static int slots(JsonNode document) {
        JsonNode value = document.get("slots");
        if (value == null) {
            return 0;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw refusal("slots", shown(value), "1 to " + PartitionId.MAX_SLOTS + ", or no such field");
        }
        return value.intValue();
    }

    private static IllegalArgumentException refusal(String field, String value, String expected) {
        return new IllegalArgumentException(field + ": " + value + " (expected: " + expected + ")");
    }

    private static String shown(@org.jspecify.annotations.Nullable JsonNode value) {
        return value == null ? "missing" : cut(value.toString());
    }

    private static String shown(String text) {
        return "'" + cut(text) + "'";
    }

    private static String cut(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }

    private static long print(byte[] content) {
        return Hashing.sha256().hashBytes(content).asLong();
    }
}
