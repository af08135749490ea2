// SPDX-License-Identifier: Apache-2.0
package io.granary.stock;

import io.granary.config.Check;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A change of the stock of one SKU, as a message of the topic of stock updates: a JSON document in UTF-8,
 *
 * <pre>{@code
 * {"updateId": "delivery-17/3", "kind": "RESTOCK", "sku": "85123A", "units": 600, "slots": 8}
 * {"updateId": "cancel-4711", "kind": "RELEASE", "sku": "85123A", "order": "4711/1"}
 * }</pre>
 *
 * <p>Fields that are not known here are tolerated, so that shops may send more than this version reads.
 *
 * @param updateId names this update, for ever: it is applied once, however often it is sent; another update needs
 *     another id. 1 to 128 visible ASCII characters
 * @param units RESTOCK: how many come, at least 1. ADJUST: by how many the count was wrong, not 0; negative if there
 *     are fewer than the books say, but not by more than what no partition holds. At most 10^12 either way
 * @param slots RESTOCK: how many slots the SKU gets if it is new, at most 1024; 0 for the default. Otherwise ignored
 * @param request RELEASE, CONFIRM: the deduction's request id, which the document gives as 32 hex digits, or by the text key
 *     that it was made of, its order; units and slots are 0 then. Otherwise null
 */
public record StockUpdate(
        String updateId,
        Kind kind,
        Sku sku,
        long units,
        int slots,
        @Nullable RequestId request) {
    public static final int MAX_ID_LENGTH = 128;
    public static final long MAX_UNITS = 1_000_000_000_000L;

    /** What happened. */
    public enum Kind {
        /** Units came in. The first makes the SKU known. */
        RESTOCK,
        /** A count was corrected. */
        ADJUST,
        /**
         * An order was cancelled: its deduction is reversed, once, and its units can be sold again. If it has not settled,
         * or was never made, it is reversed as soon as it comes; so its request id is not to be used again.
         */
        RELEASE,
        /** An order is final: its deduction can't be released any more. */
        CONFIRM;

        /** Whether it is about a deduction, and not about units of its own. */
        public boolean isOfDeduction() {
            return this == RELEASE || this == CONFIRM;
        }
    }

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public StockUpdate {
        checkId(updateId);
        Check.require(
                (request != null) == kind.isOfDeduction(),
                "requestId",
                String.valueOf(request),
                kind.isOfDeduction() ? "the deduction's" : "none, as the update is a " + kind);
        if (kind.isOfDeduction()) {
            Check.range("units", units, 0, 0);
        } else if (kind == Kind.RESTOCK) {
            Check.range("units", units, 1, MAX_UNITS);
        } else {
            Check.range("units", units, -MAX_UNITS, MAX_UNITS);
            Check.require(units != 0, "units", units, "other than 0");
        }
        Check.range("slots", slots, 0, PartitionId.MAX_SLOTS);
    }

    /** Of units. */
    public StockUpdate(String updateId, Kind kind, Sku sku, long units, int slots) {
        this(updateId, kind, sku, units, slots, null);
    }

    /** Of a deduction. */
    public StockUpdate(String updateId, Kind kind, Sku sku, RequestId request) {
        this(updateId, kind, sku, 0, 0, request);
    }

    /** With the default number of slots. */
    public StockUpdate(String updateId, Kind kind, Sku sku, long units) {
        this(updateId, kind, sku, units, 0);
    }

    /**
     * Returns the id.
     *
     * @throws IllegalArgumentException if no update can have it
     */
    public static String checkId(String updateId) {
        boolean right = !updateId.isEmpty() && updateId.length() <= MAX_ID_LENGTH;
        return Check.require(
                right && updateId.chars().allMatch(c -> c >= 0x21 && c <= 0x7E),
                "updateId",
                updateId,
                "1 to " + MAX_ID_LENGTH + " visible ASCII characters");
    }

    /** Whether it adds units that can be sold. */
    public boolean addsUnits() {
        return units > 0 || kind == Kind.RELEASE;
    }

    /** The document. */
    public String toJson() {
        StringBuilder json = new StringBuilder(128);
        appendText(json.append("{\"updateId\":"), updateId)
                .append(",\"kind\":\"")
                .append(kind);
        appendText(json.append("\",\"sku\":"), sku.code());
        if (request == null) {
            json.append(",\"units\":").append(units);
        } else {
            json.append(",\"requestId\":\"").append(request).append('"');
        }
        if (slots > 0) {
            json.append(",\"slots\":").append(slots);
        }
        return json.append('}').toString();
    }

    /** The document in UTF-8. */
    public byte[] toBytes() {
        return toJson().getBytes(StandardCharsets.UTF_8);
    }

    /** All characters are visible ASCII, so two need an escape. */
    private static StringBuilder appendText(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\');
            }
            json.append(c);
        }
        return json.append('"');
    }
}
