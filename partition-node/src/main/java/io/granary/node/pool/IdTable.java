// SPDX-License-Identifier: Apache-2.0
package io.granary.node.pool;

import java.util.Arrays;

/**
 * A map from 128-bit request ids to a non-zero 64-bit word, made for growing without a pause and without an object per
 * entry: an extendible hash table (Fagin et al., 1979) whose segments are open-addressed arrays of at most
 * {@value #SEGMENT_SLOTS} slots. A full segment is doubled while it is small and then split in two, so that no put
 * moves more than one segment. Takes 24 bytes a slot, of which at most 3 in 4 are used.
 *
 * <p>Segments of a large table are cut from slabs: arrays so large that G1 gives each regions of its own and never copies
 * it, as long as its regions have at most 4 MiB (by default: heaps below 16 GiB). Segments of a table fill up, and so
 * split, at nearly the same time, and a collection that had to copy all new ones would pause for tens of milliseconds.
 *
 * <p>Ids whose hashes agree in many bits can't be told apart by splitting: the directory is kept in proportion to the
 * ids, and a segment that may not be split grows beyond its usual size. So ids that somebody chose in order to collide
 * cost time, but hardly more memory than others: such a segment leaves its place in a slab empty.
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

    private static final int SEGMENT_LONGS = SEGMENT_SLOTS * WIDTH;
    /** As many as fit into 4 MiB with the array's header. */
    private static final int SLAB_SEGMENTS = 42;
    /** Below, a slab would be a large part of the table. */
    private static final int SLABS_FROM_SEGMENTS = 3 * SLAB_SEGMENTS;

    private static final class Segment {
        int depth;
        /** Ours from {@link #base} on. */
        long[] slots;

        int base;
        int mask;
        int used;

        Segment(int depth, int slots) {
            this(depth, new long[slots * WIDTH], 0, slots);
        }

        Segment(int depth, long[] array, int base, int slots) {
            this.depth = depth;
            this.slots = array;
            this.base = base;
            this.mask = slots - 1;
        }

        int end() {
            return base + (mask + 1) * WIDTH;
        }

        /** The position of the id, or the free position where it belongs. */
        int position(long hash, long high, long low) {
            int slot = (int) hash & mask;
            while (true) {
                int at = base + slot * WIDTH;
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

        /** Moves the entries whose hash has this bit set to another segment, and closes the holes that they leave. */
        void moveTo(Segment other, long bit) {
            int free = -1;
            for (int at = base; at < end(); at += WIDTH) {
                if (slots[at + 2] == 0) {
                    free = at;
                } else if ((hash(slots[at], slots[at + 1]) & bit) != 0) {
                    other.add(slots[at], slots[at + 1], slots[at + 2]);
                    slots[at + 2] = 0;
                    used--;
                }
            }
            // All around from a slot that was free before, so that no entry belongs on its other side: each finds its
            // place at or before the one that it has.
            for (int n = mask + 1, at = next(free); n > 1; n--, at = next(at)) {
                long word = slots[at + 2];
                if (word != 0) {
                    slots[at + 2] = 0;
                    used--;
                    add(slots[at], slots[at + 1], word);
                }
            }
        }

        private int next(int at) {
            return at + WIDTH == end() ? base : at + WIDTH;
        }

        /** Gives all entries places in an array of twice the size. */
        void twice() {
            long[] old = slots;
            int from = base;
            int to = end();
            slots = new long[2 * (to - from)];
            base = 0;
            mask = 2 * mask + 1;
            used = 0;
            for (int at = from; at < to; at += WIDTH) {
                if (old[at + 2] != 0) {
                    add(old[at], old[at + 1], old[at + 2]);
                }
            }
        }

        boolean isFull() {
            return used * 4 >= (mask + 1) * 3;
        }
    }

    /** Indexed by the top {@link #depth} bits of the hash; a segment of lower depth stands in several places. */
    private Segment[] directory = {new Segment(0, FIRST_SLOTS)};

    private int depth;
    private long size;
    private int segments = 1;
    private long slots = FIRST_SLOTS;
    private long[] slab = {};
    /** Where the rest of the slab begins. */
    private int slabRest;
    // Where the last find ended.
    private Segment foundIn = directory[0];
    private int foundAt;
    private long foundHash;

    public long size() {
        return size;
    }

    /** What its ids take of the heap, in bytes; those that fit into an empty table take nothing. */
    long bytes() {
        return (slots - FIRST_SLOTS) * WIDTH * Long.BYTES;
    }

    /** The word of the id; 0 if it is not in the table. */
    public long get(long high, long low) {
        long hash = hash(high, low);
        Segment segment = segment(hash);
        return segment.slots[segment.position(hash, high, low) + 2];
    }

    /** Like {@link #get}, and if it is not in the table {@link #addNotFound} may follow. */
    long find(long high, long low) {
        foundHash = hash(high, low);
        foundIn = segment(foundHash);
        foundAt = foundIn.position(foundHash, high, low);
        return foundIn.slots[foundAt + 2];
    }

    /** Adds the id that the last call, {@link #find}, has not found. */
    void addNotFound(long high, long low, long word) {
        add(foundIn, foundAt, foundHash, high, low, word);
    }

    /**
     * Looks where the id belongs and nothing more, so that the memory there is at hand: most of the time that an id
     * takes in a large table is waiting for memory, and the waiting for several ids can be done at once.
     *
     * @return anything, which depends on what was read
     */
    long touch(long high, long low) {
        long hash = hash(high, low);
        Segment segment = segment(hash);
        return segment.slots[segment.base + ((int) hash & segment.mask) * WIDTH + 2];
    }

    /**
     * Adds the id, unless it is there already.
     *
     * @param word not 0
     * @return the word that stood there before, which stays; 0 if the id is new
     */
    public long putIfAbsent(long high, long low, long word) {
        long hash = hash(high, low);
        Segment segment = segment(hash);
        int at = segment.position(hash, high, low);
        long known = segment.slots[at + 2];
        if (known != 0) {
            return known;
        }
        add(segment, at, hash, high, low, word);
        return 0;
    }

    private void add(Segment segment, int at, long hash, long high, long low, long word) {
        assert word != 0 : "word: 0 (expected: another)";
        segment.slots[at] = high;
        segment.slots[at + 1] = low;
        segment.slots[at + 2] = word;
        segment.used++;
        size++;
        if (segment.isFull()) {
            grow(segment, hash);
        }
    }

    private Segment segment(long hash) {
        return directory[index(hash, depth)];
    }

    private static int index(long hash, int depth) {
        return depth == 0 ? 0 : (int) (hash >>> (Long.SIZE - depth));
    }

    private void grow(Segment full, long hash) {
        int slots = full.mask + 1;
        if (slots < SEGMENT_SLOTS || full.depth >= deepest()) {
            full.twice();
            this.slots += slots;
            return;
        }
        if (full.depth == depth) {
            Segment[] twice = new Segment[directory.length * 2];
            Arrays.setAll(twice, i -> directory[i / 2]);
            directory = twice;
            depth++;
        }
        // As large as the full one: all of it may turn out to belong to one half.
        Segment upper = newSegment(full.depth + 1, slots);
        full.depth++;
        full.moveTo(upper, 1L << (Long.SIZE - full.depth));
        // All places that shared the full segment: they agree in its first bits, the upper half has a 1 next.
        int shared = 1 << (depth - full.depth + 1);
        int first = index(hash, depth) & -shared;
        Arrays.fill(directory, first + shared / 2, first + shared, upper);
    }

    private Segment newSegment(int segmentDepth, int slots) {
        segments++;
        this.slots += slots;
        if (slots != SEGMENT_SLOTS || segments <= SLABS_FROM_SEGMENTS) {
            return new Segment(segmentDepth, slots);
        }
        if (slabRest == slab.length) {
            slab = new long[SLAB_SEGMENTS * SEGMENT_LONGS];
            slabRest = 0;
        }
        Segment cut = new Segment(segmentDepth, slab, slabRest, slots);
        slabRest += SEGMENT_LONGS;
        return cut;
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
