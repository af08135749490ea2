// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

/** What an operator wants can't be had; nothing was changed. The message names the value and what was expected. */
public final class RefusedIntentionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong with it. */
    public enum Why {
        /** It speaks of something that does not exist. */
        UNKNOWN,
        /** The present state does not allow it. */
        CONFLICT,
        /** It makes no sense. */
        INVALID,
        /** What is missing may be there in a moment: to be asked again. */
        NOT_YET
    }

    private final Why why;

    public RefusedIntentionException(Why why, String message) {
        super(message);
        this.why = why;
    }

    public Why why() {
        return why;
    }

    static RefusedIntentionException unknown(String message) {
        return new RefusedIntentionException(Why.UNKNOWN, message);
    }

    static RefusedIntentionException conflict(String message) {
        return new RefusedIntentionException(Why.CONFLICT, message);
    }

    static RefusedIntentionException invalid(String message) {
        return new RefusedIntentionException(Why.INVALID, message);
    }
}
