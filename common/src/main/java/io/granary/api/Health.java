// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a sale can run.
 *
 * @param healthy whether every check is
 * @param answeredBy the allocator that says so
 * @param leader the allocator that leads; null if none does
 * @param checks what was looked at
 */
public record Health(
        boolean healthy, String answeredBy, @Nullable String leader, List<Check> checks) {
    public Health {
        checks = List.copyOf(checks);
    }

    /** Healthy if all these are. */
    public static Health of(String answeredBy, @Nullable String leader, List<Check> checks) {
        return new Health(checks.stream().allMatch(Check::ok), answeredBy, leader, checks);
    }

    /**
     * One thing that was looked at.
     *
     * @param name {@code leader}, {@code registry}, {@code books}, {@code nodes}, {@code skus} or {@code lanes}
     * @param detail how it stands, one line for people
     */
    public record Check(String name, boolean ok, String detail) {}
}
