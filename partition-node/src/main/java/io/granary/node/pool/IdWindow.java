// SPDX-License-Identifier: Apache-2.0
package io.granary.node.pool;

/**
 * The recent request ids of a partition, in two generations: ids go into the present one, and turning the window drops
 * the one before. So an id is remembered for at least one turn and at most two, and forgetting costs nothing. It knows
 * since when it remembers every id that was deducted: of what is older, that it does not know an id proves nothing.
 *
 * <p>Moments are those of one monotonic clock, in ns. Not thread-safe.
 */
public final class IdWindow {
    private IdTable present = new IdTable();
    private IdTable before = new IdTable();
    private long presentSinceNanos;
    /** Whether there may be ids from before {@link #sinceNanos} that are not remembered. */
    private boolean limited;

    private long sinceNanos;

    private IdMemory memory = IdMemory.unlimited();
    /** What is counted there of its ids, in bytes. */
    private long counted;

    /** From now on its ids count there, and nowhere else. */
    public void countIn(IdMemory other) {
        memory.take(-counted);
        counted = 0;
        memory = other;
        count();
    }

    private void count() {
        long bytes = present.bytes() + before.bytes();
        if (bytes != counted) {
            memory.take(bytes - counted);
            counted = bytes;
        }
    }

    /** The word of the id; 0 if it is not remembered. */
    public long find(long high, long low) {
        long word = present.find(high, low);
        return word != 0 || before.size() == 0 ? word : before.get(high, low);
    }

    /** Remembers the id unless it is remembered already; the first word stands. */
    public void remember(long high, long low, long word) {
        if (before.size() == 0 || before.get(high, low) == 0) {
            present.putIfAbsent(high, low, word);
            count();
        }
    }

    /** Remembers the id that the last call, {@link #find}, has not found. */
    void add(long high, long low, long word) {
        present.addNotFound(high, low, word);
        count();
    }

    /** Brings near what {@link #find} of this id will look at; what it returns means nothing. */
    long touch(long high, long low) {
        long touched = present.touch(high, low);
        return before.size() == 0 ? touched : touched + before.touch(high, low);
    }

    /** How many ids are remembered. */
    public long size() {
        return present.size() + before.size();
    }

    /** Ids that were deducted before that moment may be missing. Of several such moments the latest counts. */
    public void limitTo(long nanos) {
        if (!limited || nanos - sinceNanos > 0) {
            limited = true;
            sinceNanos = nanos;
        }
    }

    /** Whether every id that was deducted at that moment or later is remembered. */
    public boolean isCompleteSince(long nanos) {
        return !limited || nanos - sinceNanos >= 0;
    }

    /** Forgets the older generation; the present one becomes the older. */
    public void turn(long nowNanos) {
        if (size() > 0) {
            if (before.size() > 0) {
                limitTo(presentSinceNanos);
            }
            before = present;
            present = new IdTable();
            presentSinceNanos = nowNanos;
            count();
        }
    }
}
