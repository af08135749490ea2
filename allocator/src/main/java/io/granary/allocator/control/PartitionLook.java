// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.proto.PartitionReport;

/**
 * What a node says of a partition. Units.
 *
 * @param granted what it has heard of, running total over all epochs
 * @param remaining what it can still promise
 * @param unitsPerSecond recent demand
 */
public record PartitionLook(String node, long epoch, State state, long granted, long remaining, double unitsPerSecond) {
    /** How the partition stands. */
    public enum State {
        OPENING,
        SERVING,
        EXHAUSTED,
        /** Closed, or refused. */
        NOT_HELD
    }

    static PartitionLook of(String node, PartitionReport report) {
        State state = switch (report.getState()) {
            case OPENING -> State.OPENING;
            case SERVING -> State.SERVING;
            case EXHAUSTED -> State.EXHAUSTED;
            case CLOSED, REFUSED, STATE_UNSPECIFIED, UNRECOGNIZED -> State.NOT_HELD;
        };
        return new PartitionLook(
                node, report.getEpoch(), state, report.getGranted(), report.getRemaining(), report.getUnitsPerSecond());
    }
}
