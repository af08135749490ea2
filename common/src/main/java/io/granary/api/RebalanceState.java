// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

/** How far a rebalance is; its name stands in messages and tables. */
public enum RebalanceState {
    /** The leader has not seen it, or waits until all partitions of the SKU are open. */
    PLANNED,
    RUNNING,
    /** By an operator; it can be resumed. */
    STOPPED,
    DONE,
    /** It can't be done, for the reason that is given. */
    FAILED;

    /** Whether the leader still works on it. */
    public boolean isOpen() {
        return this == PLANNED || this == RUNNING;
    }
}
