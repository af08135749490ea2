// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How often the surroundings misbehave; all zero when the faults have stopped.
 *
 * @param lostAppend an append never reaches the log
 * @param lostAnswer it is stored, but nobody hears of it
 * @param lateAppend it is stored long after its sender has given up
 * @param unflushed it is stored but not flushed: FLUSH_DISK_TIMEOUT, lost if the broker restarts
 * @param slow a message or answer takes much longer than others
 * @param abort a transaction is aborted
 * @param lostCommit a transaction is committed, but its caller hears that nothing is known
 */
record Faults(
        double lostAppend,
        double lostAnswer,
        double lateAppend,
        double unflushed,
        double slow,
        double abort,
        double lostCommit) {
    static final Faults NONE = new Faults(0, 0, 0, 0, 0, 0, 0);

    /** Some of everything; how much of what depends on the seed. */
    static Faults some(RandomGenerator random) {
        return new Faults(
                upTo(random, 0.05),
                upTo(random, 0.08),
                upTo(random, 0.08),
                upTo(random, 0.15),
                upTo(random, 0.1),
                upTo(random, 0.05),
                upTo(random, 0.05));
    }

    private static double upTo(RandomGenerator random, double most) {
        return random.nextDouble() < 0.3 ? 0 : random.nextDouble() * most;
    }

    /** The same with one kind less, for each kind that there is. */
    List<Faults> fewer() {
        List<Faults> fewer = new ArrayList<>();
        double[] all = {lostAppend, lostAnswer, lateAppend, unflushed, slow, abort, lostCommit};
        for (int i = 0; i < all.length; i++) {
            if (all[i] > 0) {
                double[] rest = all.clone();
                rest[i] = 0;
                fewer.add(new Faults(rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6]));
            }
        }
        return fewer;
    }
}
