// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import java.util.Arrays;

/** Shares units out so that those with the fewest get them first, as water would. Pure. */
final class Level {
    private Level() {}

    /**
     * What each gets; all of it together is {@code units}.
     *
     * @param has one or more, none negative
     * @param units 0 or more
     */
    static long[] fill(long[] has, long units) {
        long[] sorted = has.clone();
        Arrays.sort(sorted);
        // How many of the lowest are filled up, and to which level: to the next one's, as long as the units last.
        int filled = 1;
        long left = units;
        long level = sorted[0];
        while (filled < sorted.length && (sorted[filled] - level) <= left / filled) {
            left -= (sorted[filled] - level) * filled;
            level = sorted[filled++];
        }
        level += left / filled;
        long rest = left % filled;
        long[] given = new long[has.length];
        int lowest = filled;
        long highest = sorted[filled - 1];
        for (int i = 0; i < has.length && lowest > 0; i++) {
            if (has[i] <= highest) {
                lowest--;
                given[i] = level - has[i] + (rest > 0 ? 1 : 0);
                rest = Math.max(0, rest - 1);
            }
        }
        return given;
    }
}
