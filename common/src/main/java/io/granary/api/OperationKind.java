// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

/** What an operator, or a task in an operator's stead, can do. */
public enum OperationKind {
    CREATE,
    PAUSE,
    RESUME,
    PLAN,
    RESTOCK,
    ADJUST,
    ALLOCATE,
    EVEN,
    FOLLOW_DEMAND,
    GATHER,
    SLOTS,
    LEVEL,
    HOME,
    FREEZE,
    UNFREEZE,
    DRAIN,
    UNDRAIN,
    STOP_REBALANCE,
    RESUME_REBALANCE,
    CREATE_TASK,
    PAUSE_TASK,
    RESUME_TASK,
    RUN_TASK,
    DELETE_TASK,
    SKIP_RECORD,
    REPAIR_PARTITION
}
