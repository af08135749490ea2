// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.util.Locale;

/** Mistakes that somebody could make, each of which the simulation must find. */
enum Bug {
    /** A node believes that every record it sent stands right behind its last one. */
    NO_OFFSET_CHECK("acknowledging without the offset check"),
    /** A node sees that its offset jumped, but not what stands in between. */
    NO_GAP_READ("not reading the gap"),
    /** A record whose flush timed out is taken for stored; the broker may lose it. */
    FLUSH_TIMEOUT_COUNTS("counting FLUSH_DISK_TIMEOUT as stored"),
    /** A new owner reads the old one's lane without having fenced it. */
    NO_FENCE("skipping the fence on takeover"),
    /** A new owner fences and folds its predecessor only, who may have died before it did so itself. */
    LAST_EPOCH_ONLY("folding only the last epoch"),
    /** A node forgets the fence of a partition that it does not serve, and so takes an order that comes late. */
    FENCES_FORGOTTEN("forgetting fences of partitions not open here"),
    /** A grant is added each time it is heard. */
    GRANTS_AS_DIFFERENCES("grants as differences"),
    /** Settlement applies every section that it reads. */
    SETTLING_WITHOUT_SEQ("settling without seq"),
    /** The lane's offset is committed first, its rows in another transaction. */
    OFFSET_APART("committing a lane's offset before, and apart from, its rows"),
    /** A client takes a broken stream for a refusal, and asks another slot. */
    SLOT_CHANGED_WHEN_UNKNOWN("a client that changes slot after a time-out"),
    /** Callers are told before the record is stored. */
    ANSWERED_EARLY("answering callers before the broker has"),
    /** A new owner knows no ids of settled epochs, and the ledger takes an id twice. */
    NO_WINDOW_NO_LEDGER_CHECK("dropping the idempotency window at takeover together with the ledger's check"),
    /** A node forgets that it has opened an epoch, and opens it again. */
    EPOCH_OPENED_TWICE("opening an epoch a second time"),
    /** A new owner knows no ids of settled epochs. */
    SETTLED_IDS_LEFT_OUT("leaving the ids of settled epochs out at takeover"),
    /** A node refuses by what it knows itself, though it may have been replaced. */
    REFUSED_UNASKED("refusing without asking the log whether the partition is still owned"),
    /**
     * A client lets the owner of an earlier epoch speak for a later one; and that one does not ask the log, or it would
     * hear of its successor and not refuse.
     */
    FORMER_OWNER_BELIEVED("taking a replaced owner's INSUFFICIENT as final"),
    /** A node serves what is left of a client's older streams. */
    OLD_STREAMS_ACT("acting on frames of an older stream"),
    /** A rebalance grants to one slot what another was asked for, but has not given back as settled. */
    MOVED_UNSETTLED("granting what a slot was asked to give back before that has settled"),
    /** The leader goes on granting units of a SKU that operators have frozen, and the books let it. */
    FREEZE_UNHEEDED("granting units of a SKU that is frozen"),
    /** A top-up decides on books that it has not locked: of two, each fills the pool by what it lacked before. */
    TOPPED_UP_TWICE("topping up by what was read before another top-up"),
    /** Settlement applies what it sees, though the broker may still lose it. */
    VISIBLE_SETTLES("settling what is not known to be acknowledged"),
    /** A record names the offset behind the one that was acknowledged last, where something may stand that is lost. */
    UNACKNOWLEDGED_NAMED("naming as acknowledged what is not");

    private final String what;

    Bug(String what) {
        this.what = what;
    }

    /** What is wrong, in the words of the design. */
    String what() {
        return what;
    }

    /** As people write it. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
