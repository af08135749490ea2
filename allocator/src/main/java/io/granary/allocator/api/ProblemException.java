// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.javalin.http.HttpStatus;

/** A request that is not done; becomes a {@link io.granary.api.Problem}. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final HttpStatus status;

    /**
     * @param detail one line for people that names the value and what was expected
     */
    public ProblemException(HttpStatus status, String detail) {
        super(detail);
        this.status = status;
    }

    /** What was sent can't be meant. */
    public static ProblemException badRequest(String detail) {
        return new ProblemException(HttpStatus.BAD_REQUEST, detail);
    }

    /** There is no such thing. */
    public static ProblemException notFound(String detail) {
        return new ProblemException(HttpStatus.NOT_FOUND, detail);
    }

    /** The state of things does not allow it. */
    public static ProblemException conflict(String detail) {
        return new ProblemException(HttpStatus.CONFLICT, detail);
    }

    /** It can't be done now; the same request may be sent again. */
    public static ProblemException unavailable(String detail) {
        return new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, detail);
    }

    public HttpStatus status() {
        return status;
    }
}
