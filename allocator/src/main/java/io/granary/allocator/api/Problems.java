// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import io.granary.allocator.allocation.GrantRefusedException;
import io.granary.allocator.allocation.RefusedIntentionException;
import io.granary.allocator.store.OutcomeUnknownException;
import io.granary.allocator.store.SqlFault;
import io.granary.api.Problem;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failed request is answered with. */
final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    /** Every exception of a handler becomes a problem. */
    static void register(RoutesConfig routes) {
        routes.exception(Exception.class, (fault, ctx) -> answer(ctx, fault));
        // Javalin's own, such as an unknown path, have a handler of Javalin's otherwise.
        routes.exception(HttpResponseException.class, (fault, ctx) -> answer(ctx, fault));
    }

    private static void answer(Context ctx, Exception fault) {
        if (fault instanceof ProblemException known) {
            write(ctx, known.status(), String.valueOf(known.getMessage()));
        } else if (fault instanceof HttpResponseException known) {
            write(ctx, HttpStatus.forStatus(known.getStatus()), described(ctx, known));
        } else if (fault instanceof JsonProcessingException unreadable) {
            write(ctx, HttpStatus.BAD_REQUEST, described(unreadable));
        } else if (fault instanceof IllegalArgumentException refused) {
            write(ctx, HttpStatus.BAD_REQUEST, String.valueOf(refused.getMessage()));
        } else if (fault instanceof RefusedIntentionException refused) {
            write(ctx, status(refused.why()), String.valueOf(refused.getMessage()));
        } else if (fault instanceof GrantRefusedException refused) {
            write(ctx, HttpStatus.CONFLICT, String.valueOf(refused.getMessage()));
        } else if (fault instanceof CompletionException wrapped && wrapped.getCause() instanceof Exception cause) {
            answer(ctx, cause);
        } else if (fault instanceof OutcomeUnknownException) {
            LOG.warn("{} {}", ctx.method(), ctx.path(), fault);
            write(
                    ctx,
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "the connection to the books broke: it may be done, or not; look, or send it again");
        } else if (SqlFault.isFromBooks(fault)) {
            LOG.warn("{} {}", ctx.method(), ctx.path(), fault);
            write(ctx, HttpStatus.SERVICE_UNAVAILABLE, "the books can't be used now: " + innermost(fault));
        } else {
            LOG.error("{} {}", ctx.method(), ctx.path(), fault);
            write(ctx, HttpStatus.INTERNAL_SERVER_ERROR, "a fault of the allocator, see its log: " + fault);
        }
    }

    private static HttpStatus status(RefusedIntentionException.Why why) {
        return switch (why) {
            case UNKNOWN -> HttpStatus.NOT_FOUND;
            case CONFLICT -> HttpStatus.CONFLICT;
            case INVALID -> HttpStatus.BAD_REQUEST;
            case NOT_YET -> HttpStatus.SERVICE_UNAVAILABLE;
        };
    }

    /** Answers with a problem. */
    static void write(Context ctx, HttpStatus status, String detail) {
        String line = detail.lines().map(String::strip).collect(Collectors.joining(" "));
        ctx.status(status)
                .json(new Problem("about:blank", status.getMessage(), status.getCode(), line))
                .contentType(Problem.MEDIA_TYPE);
    }

    private static String described(Context ctx, HttpResponseException known) {
        return switch (known.getStatus()) {
            case 404 -> "path: '" + ctx.path() + "' (expected: one that openapi.yaml describes)";
            case 405 ->
                "method: " + ctx.method() + " of " + ctx.path() + " (expected: one that openapi.yaml describes)";
            default -> String.valueOf(known.getMessage());
        };
    }

    private static String described(JsonProcessingException unreadable) {
        if (unreadable instanceof UnrecognizedPropertyException unknown) {
            return unknown.getPropertyName() + ": unknown key (expected: one of "
                    + unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", "))
                    + ")";
        }
        if (unreadable instanceof ValueInstantiationException refused
                && refused.getCause() instanceof IllegalArgumentException cause) {
            return String.valueOf(cause.getMessage());
        }
        if (unreadable instanceof JsonMappingException mapping) {
            String key = mapping.getPath().stream()
                    .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                    .collect(Collectors.joining("."));
            return (key.isEmpty() ? "body" : key) + ": " + mapping.getOriginalMessage();
        }
        return "body: no JSON document: " + unreadable.getOriginalMessage();
    }

    private static String innermost(Throwable fault) {
        Throwable cause = fault;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
