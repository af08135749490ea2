// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

/** What the record in flight holds of one partition: a section of deductions, or a return, or one after the other. */
final class InFlight {
    private final Partition partition;
    private final long deductionsSeq;
    private final long units;
    private final long returnSeq;
    private final long returned;
    private boolean valid;

    /**
     * @param deductionsSeq 0 if it has no deductions
     * @param returnSeq 0 if it has no return
     */
    InFlight(Partition partition, long deductionsSeq, long units, long returnSeq, long returned) {
        this.partition = partition;
        this.deductionsSeq = deductionsSeq;
        this.units = units;
        this.returnSeq = returnSeq;
        this.returned = returned;
    }

    Partition partition() {
        return partition;
    }

    long deductionsSeq() {
        return deductionsSeq;
    }

    long units() {
        return units;
    }

    long returnSeq() {
        return returnSeq;
    }

    long returned() {
        return returned;
    }

    /** Whether nothing of it stands in the record: only refusals wait for that. */
    boolean isEmpty() {
        return deductionsSeq == 0 && returnSeq == 0;
    }

    /** The lane holds a valid copy. Both sections stand in each copy side by side, so one speaks for both. */
    void markValid() {
        valid = true;
    }

    boolean isValid() {
        return valid;
    }
}
