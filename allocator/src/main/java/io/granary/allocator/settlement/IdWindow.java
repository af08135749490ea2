// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import java.time.Duration;
import java.util.List;

/**
 * The recent request ids that a takeover reads, so that a retry meets its first answer: those of the last {@code age},
 * but at most about {@code ids}. Older retries are caught by the ledger. Immutable.
 *
 * @param age 1 s to 1 day
 * @param ids 1 to 100,000,000
 * @param markIds a mark is put after that many ids…
 * @param markAge …or after that long, if there were records, with ids or without
 */
public record IdWindow(Duration age, long ids, long markIds, Duration markAge) {
    /**
     * As in reference.conf: 10 minutes or 2,000,000 ids, with marks each 100,000 ids or 10 s. What ids that are older meet is in
     * docs/correctness.md, "What is not promised".
     */
    public static final IdWindow DEFAULT =
            new IdWindow(Duration.ofMinutes(10), 2_000_000, 100_000, Duration.ofSeconds(10));

    private static final long MOST_IDS = 100_000_000;
    private static final long MARK_RECORDS = 10_000;
    private static final long MARK_BYTES = 16 << 20;
    // In a window, for its ids, and as many for its age; older ones are removed.
    private static final int MOST_MARKS = 250;

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public IdWindow {
        if (age.compareTo(Duration.ofSeconds(1)) < 0 || age.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("age: " + age + " (expected: 1 s to 1 day)");
        }
        if (ids < 1 || ids > MOST_IDS) {
            throw new IllegalArgumentException("ids: " + ids + " (expected: 1 to " + MOST_IDS + ")");
        }
        if (markIds < 1 || markIds > ids) {
            throw new IllegalArgumentException("markIds: " + markIds + " (expected: 1 to ids, " + ids + ")");
        }
        if (markAge.isNegative() || markAge.isZero() || markAge.compareTo(age) > 0) {
            throw new IllegalArgumentException("markAge: " + markAge + " (expected: above 0, to age, " + age + ")");
        }
    }

    /**
     * Where a window begins.
     *
     * @param position the offset of the first record of the window; 0: with the lane
     * @param ageMillis how long ago the record before it had been applied, at least, in ms by the books' clock; 0 if the
     *     window begins with the lane
     */
    public record Start(long position, long ageMillis) {
        static final Start OF_LANE = new Start(0, 0);
    }

    /**
     * Where the window begins: at the newest mark that is old enough, or that has enough ids after it; with the lane if
     * there is none.
     *
     * @param marks of one lane
     * @param idsNow request ids applied so far in that lane
     */
    public Start start(List<KnownMark> marks, long idsNow) {
        Start start = Start.OF_LANE;
        for (KnownMark mark : marks) {
            boolean enough = idsNow - mark.ids() >= ids || mark.ageMillis() >= age.toMillis();
            if (enough && mark.position() > start.position()) {
                start = new Start(mark.position(), mark.ageMillis());
            }
        }
        return start;
    }

    /** The offset of the newest mark that is old enough, however many ids stand after it; 0 if there is none. */
    public long old(List<KnownMark> marks) {
        long old = 0;
        for (KnownMark mark : marks) {
            if (mark.ageMillis() >= age.toMillis()) {
                old = Math.max(old, mark.position());
            }
        }
        return old;
    }

    /**
     * What was applied of a lane after its last mark.
     *
     * @param records how many, those without ids too: a takeover has to read them all the same
     */
    record Since(long ids, long records, long bytes, long nanos) {}

    /** Whether another mark is due. Often enough that a takeover finds the place, and so seldom that marks stay few. */
    boolean isMarkDue(Since since) {
        if (since.ids() >= Math.max(markIds, ids / MOST_MARKS)) {
            return true;
        }
        boolean much = since.records() >= MARK_RECORDS || since.bytes() >= MARK_BYTES;
        return since.records() > 0
                && since.nanos() >= age.toNanos() / MOST_MARKS
                && (much || since.nanos() >= markAge.toNanos());
    }
}
