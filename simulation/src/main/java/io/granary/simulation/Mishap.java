// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.util.EnumSet;
import java.util.Set;

/** What goes wrong at once; whom it hits is drawn when it happens. */
enum Mishap {
    NONE,
    CRASH_NODE,
    /** It may be past its session's time-out. */
    PAUSE_NODE,
    /** The node goes on, and has another session after a while. */
    LOSE_SESSION,
    /**
     * The nodes lose their sessions, one after the other, and what the leader tells some of them is long on its way: a
     * partition goes from node to node, and orders come when others have long been given.
     */
    LOSE_ALL_SESSIONS,
    /** What the leader tells a node, or what the node tells it, is long on its way. */
    STALL_ORDERS,
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
    RESTOCK,
    /** An operator wants units elsewhere, or other slots; or stops that, or goes on with it. */
    REBALANCE,
    /** An operator freezes a SKU for a while. */
    FREEZE,
    /** An operator tops a pool up, or grants units. */
    GRANT,
    /** An operator drains a node for a while. */
    DRAIN,
    /** See {@link Trouble}; so are those that follow. */
    REGISTRY_OUTAGE,
    BROKER_OUTAGE,
    DATABASE_OUTAGE,
    /** Its session lives. */
    UNREACHABLE_NODE,
    /** It is registered, but no leader reaches it; those who take over from it lose their sessions after a while. */
    LEAVE_ALONE,
    /** The broker breaks its word; such a run is judged by what it must not cost. */
    LOSE_RECORDS;

    /** Those of every run; the others are troubles, which a run has or has not. */
    static final Set<Mishap> EVERYDAY = EnumSet.range(NONE, DRAIN);
}
