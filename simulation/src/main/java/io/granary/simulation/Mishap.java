// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

/** What goes wrong at once; whom it hits is drawn when it happens. */
enum Mishap {
    NONE,
    CRASH_NODE,
    /** It may be past its session's time-out. */
    PAUSE_NODE,
    /** The node goes on, and has another session after a while. */
    LOSE_SESSION,
    /**
     * A node is cut off from the registry, and slowly heard by its leader and hearing it, while clients and the broker
     * reach it as always: orders come when others have long been given.
     */
    ISOLATE_NODE,
    CUT_STREAM,
    STALL_STREAM,
    /** What is not flushed is lost. */
    RESTART_BROKER,
    DEPOSE_LEADER,
    CRASH_ALLOCATOR,
    PAUSE_ALLOCATOR,
    /** A client is gone with all that it knew, and another one takes its place. */
    REPLACE_CLIENT,
    /** Nothing wrong, but a change: units come. */
    RESTOCK
}
