// SPDX-License-Identifier: Apache-2.0
package io.granary.node.pool;

import java.util.Arrays;

/**
 * A map from 128-bit request ids to a non-zero 64-bit word, made for growing without a pause and without an object per
 * entry: an extendible hash table (Fagin et al., 1979) whose segments are open-addressed arrays of at most
 * {@value #SEGMENT_SLOTS} slots. A full segment is doubled while it is small and then split in two, so that no put
 * moves more than one segment. Takes 24 bytes a slot, of which at most 3 in 4 are used.
 *
 * <p>Ids whose hashes agree in many bits can't be told apart by splitting: the directory is kept in proportion to the
 * ids, and a segment that may not be split grows beyond its usual size. So ids that somebody chose in order to collide
 * cost time, but no more memory than others.
 *
 * <p>Entries are never removed; the table is dropped as a whole. Not thread-safe.
 */
public final class IdTable {
    private static final int SEGMENT_SLOTS = 4_096;
    private static final int FIRST_SLOTS = 16;
    /** How many bits more than evenly spread ids need the directory may look at. */
    private static final int SPARE_DEPTH = 4;

    private static final int MAX_DEPTH = 24;
    /** Longs of a slot: high, low, word. A word of 0 marks a free slot. */
    private static final int WIDTH = 3;

    private static final class Segment {
        final int depth;
        long[] slots;
        int used;

        Segment(int depth, int slots) {
            this.depth = depth;
            this.slots = new long[slots * WIDTH];
        }

        int mask() {
            return slots.length / WIDTH - 1;
        }

        /** The position of the id, or the free position where it belongs. */
        int position(long hash, long high, long low) {
            int mask = mask();
            int slot = (int) hash & mask;
            while (true) {
                int at = slot * WIDTH;
                if (slots[at + 2] == 0 || (slots[at + 1] == low && slots[at] == high)) {
                    return at;
                }
                slot = (slot + 1) & mask;
            }
        }

        void add(long high, long low, long word) {
            int at = position(hash(high, low), high, low);
            slots[at] = high;
            slots[at + 1] = low;
            slots[at + 2] = word;
            used++;
        }

        boolean isFull() {
            return used * 4 >= (mask() + 1) * 3;
        }
    }

    /** Indexed by the top {@link #depth} bits of the hash; a segment of lower depth stands in several places. */
    private Segment[] directory = {new Segment(0, FIRST_SLOTS)};

    private int depth;
    private long size;

    public long size() {
        return size;
    }

    /** The word of the id; 0 if it is not in the table. */
    public long get(long high, long low) {
        long hash = hash(high, low);
        Segment segment = segment(hash);
        return segment.slots[segment.position(hash, high, low) + 2];
    }

    /**
     * Adds the id, unless it is there already.
     *
     * @param word not 0
     * @return the word that stood there before, which stays; 0 if the id is new
     */
    public long putIfAbsent(long high, long low, long word) {
        assert word != 0 : "word: 0 (expected: another)";
        long hash = hash(high, low);
        Segment segment = segment(hash);
        int at = segment.position(hash, high, low);
        long known = segment.slots[at + 2];
        if (known != 0) {
            return known;
        }
        segment.slots[at] = high;
        segment.slots[at + 1] = low;
        segment.slots[at + 2] = word;
        segment.used++;
        size++;
        if (segment.isFull()) {
            grow(segment, hash);
        }
        return 0;
    }

    private Segment segment(long hash) {
        return directory[index(hash, depth)];
    }

    private static int index(long hash, int depth) {
        return depth == 0 ? 0 : (int) (hash >>> (Long.SIZE - depth));
    }

    private void grow(Segment full, long hash) {
        int slots = full.mask() + 1;
        if (slots < SEGMENT_SLOTS || full.depth >= deepest()) {
            long[] old = full.slots;
            full.slots = new long[slots * 2 * WIDTH];
            full.used = 0;
            for (int at = 0; at < old.length; at += WIDTH) {
                if (old[at + 2] != 0) {
                    full.add(old[at], old[at + 1], old[at + 2]);
                }
            }
            return;
        }
        if (full.depth == depth) {
            Segment[] twice = new Segment[directory.length * 2];
            Arrays.setAll(twice, i -> directory[i / 2]);
            directory = twice;
            depth++;
        }
        // As large as the full one: all of it may turn out to belong to one half.
        Segment zero = new Segment(full.depth + 1, slots);
        Segment one = new Segment(full.depth + 1, slots);
        for (int at = 0; at < full.slots.length; at += WIDTH) {
            if (full.slots[at + 2] != 0) {
                long high = full.slots[at];
                long low = full.slots[at + 1];
                boolean upper = (index(hash(high, low), full.depth + 1) & 1) == 1;
                (upper ? one : zero).add(high, low, full.slots[at + 2]);
            }
        }
        // All places that shared the full segment: they agree in its first bits, the lower half has a 0 next.
        int shared = 1 << (depth - full.depth);
        int first = index(hash, depth) & -shared;
        Arrays.fill(directory, first, first + shared / 2, zero);
        Arrays.fill(directory, first + shared / 2, first + shared, one);
    }

    private int deepest() {
        return Math.min(MAX_DEPTH, SPARE_DEPTH + Long.SIZE - Long.numberOfLeadingZeros(size / SEGMENT_SLOTS));
    }

    /** Places in the directory. */
    int directoryLength() {
        return directory.length;
    }

    /** Ids may be chosen by people: all bits must count. The mixing is that of MurmurHash3 (Appleby). */
    private static long hash(long high, long low) {
        long h = high * 0x9E3779B97F4A7C15L + low;
        h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
        h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return h ^ (h >>> 33);
    }
}
