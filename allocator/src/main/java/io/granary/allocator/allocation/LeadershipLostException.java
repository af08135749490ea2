// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

/** Another leader has begun a later term: nothing was written. */
public final class LeadershipLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LeadershipLostException(long term, long present) {
        super("term: " + term + " (expected: " + present + ", another allocator leads)");
    }
}
