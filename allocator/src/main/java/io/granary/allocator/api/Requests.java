// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.allocation.Operator;
import io.granary.api.ApiPaths;
import io.granary.config.Check;
import io.granary.model.Sku;
import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/** What handlers read of a request. What can't be meant is refused with an {@link IllegalArgumentException}. */
public final class Requests {
    private static final int MAX_USER = 64;

    private Requests() {}

    /** The SKU in the path, {@code {sku}}. */
    public static Sku sku(Context ctx) {
        return new Sku(ctx.pathParam("sku"));
    }

    /** The document that was sent. An empty body is an empty document. */
    public static <T> T body(Context ctx, Class<T> type) {
        String text = ctx.body();
        return ctx.jsonMapper().fromJsonString(text.isBlank() ? "{}" : text, type);
    }

    /** A whole number of the query. */
    public static long number(Context ctx, String name, long absent, long min, long max) {
        String given = ctx.queryParam(name);
        if (given == null) {
            return absent;
        }
        try {
            return Check.range(name, Long.parseLong(given), min, max);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": '" + given + "' (expected: " + min + " to " + max + ")", e);
        }
    }

    /** Who asks, and under which key. */
    public static Operator by(Context ctx) {
        return new Operator(who(ctx), ctx.header(ApiPaths.KEY_HEADER));
    }

    /** Who asks, for the records: what he says of himself. */
    public static String who(Context ctx) {
        @Nullable String given = ctx.header(ApiPaths.USER_HEADER);
        if (given == null || given.isBlank()) {
            return "unknown";
        }
        boolean right = given.length() <= MAX_USER && given.chars().allMatch(c -> c >= 0x20 && c <= 0x7E);
        return Check.require(right, ApiPaths.USER_HEADER, given, "1 to " + MAX_USER + " visible ASCII characters");
    }
}
