// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

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
    static Faults some(Scheduler scheduler) {
        return new Faults(
                upTo(scheduler, 0.05),
                upTo(scheduler, 0.08),
                upTo(scheduler, 0.08),
                upTo(scheduler, 0.05),
                upTo(scheduler, 0.1),
                upTo(scheduler, 0.05),
                upTo(scheduler, 0.05));
    }

    private static double upTo(Scheduler scheduler, double most) {
        return scheduler.chance(0.3) ? 0 : scheduler.random().nextDouble() * most;
    }
}
