// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import com.google.common.collect.Lists;
import io.granary.allocator.allocation.Action;
import io.granary.allocator.allocation.Assignment;
import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuChange;
import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.concurrent.Backoff;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.proto.Instruction;
import io.granary.proto.LeaderMessage;
import io.granary.proto.OpenPartition;
import io.granary.proto.PartitionReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * One look at some SKUs: reads their books, decides, writes, and tells the nodes. The steps between the questions to the
 * books run on the leader's loop. Used once.
 */
final class Batch {
    /** Partitions in one Open, and instructions in one Instruct: far below the transport's limit. */
    private static final int MESSAGE_PARTITIONS = 2_000;

    private static final int LOAD_SKUS = 1_000;

    private final Tenure tenure;
    private final LeaderSettings settings;
    private final Backoff waits;
    private final Map<Sku, SkuTrack> tracks = new LinkedHashMap<>();
    /** Assignments that the books have not taken yet. */
    private final List<Assignment> proposed = new ArrayList<>();

    private final Map<Sku, SkuBook> books = new HashMap<>();
    /** Those that could not be looked at, and why. They hold up no others. */
    private final Map<Sku, RuntimeException> failed = new HashMap<>();

    private final Map<NodeSession, List<OpenPartition>> opens = new LinkedHashMap<>();
    private final Map<NodeSession, List<Instruction>> instructions = new LinkedHashMap<>();

    Batch(Tenure tenure, List<SkuTrack> due) {
        this.tenure = tenure;
        settings = tenure.parts().settings();
        waits = new Backoff(settings.pace().multipliedBy(2), settings.patience());
        due.forEach(track -> tracks.put(track.sku, track));
    }

    /** Those whose look failed, by itself, and why. */
    Map<Sku, RuntimeException> failed() {
        return failed;
    }

    /**
     * Completes on the loop when the nodes are told; exceptionally if the books can't be asked, or refuse one of the SKUs.
     */
    CompletableFuture<Void> run() {
        long asOf = tenure.stockChanges();
        return inParts(
                        List.copyOf(tracks.keySet()),
                        LOAD_SKUS,
                        skus -> tenure.parts().store().load(skus))
                .thenCompose(loaded -> write(loaded, asOf))
                .thenCompose(changed -> {
                    for (SkuBook.Changed one : changed) {
                        books.put(one.book().sku(), one.book());
                        one.assignments().forEach(proposed::remove);
                        note(one);
                    }
                    // Left out because somebody was faster, or because the lane is no longer that node's.
                    proposed.forEach(this::checkLaneOf);
                    return tell();
                });
    }

    private void note(SkuBook.Changed change) {
        tenure.parts().metrics().wrote(change);
        SkuTrack track = track(change.book().sku());
        for (Assignment assignment : change.assignments()) {
            SkuTrack.Slot slot = track.slot(assignment.slot());
            tenure.parts().metrics().assigned(assignment, slot.levelledEpoch == assignment.toEpoch());
            if (assignment.fromEpoch() > 0) {
                slot.takenEpoch = assignment.toEpoch();
                slot.takenNanos = now();
            }
        }
    }

    private void checkLaneOf(Assignment leftOut) {
        NodeSession node = tenure.nodes().get(leftOut.node());
        if (node != null) {
            node.checkLane();
        }
    }

    private CompletableFuture<List<SkuBook.Changed>> write(List<SkuBook> loaded, long asOf) {
        long now = now();
        List<SkuChange> changes = new ArrayList<>();
        for (SkuBook book : loaded) {
            try {
                review(book, asOf, now).ifPresent(changes::add);
                books.put(book.sku(), book);
            } catch (RuntimeException e) {
                failed.put(book.sku(), e);
            }
        }
        return inParts(
                changes,
                settings.transactionSkus(),
                part -> tenure.parts().store().apply(tenure.term(), part));
    }

    /** What to write of a SKU, if anything. */
    private Optional<SkuChange> review(SkuBook book, long asOf, long now) {
        SkuTrack track = track(book.sku());
        boolean current = track.stockChange <= asOf;
        Reviewer.Review review = tenure.reviewer().review(book, track, now);
        tenure.publish(book, track, current);
        tellCeilings(book, track, review.ceilings(), current);
        track.dry = current && book.inventory() == 0;
        if (!current) {
            track.lookAgain = true;
        }
        if (review.unplaced()) {
            tenure.place(track);
        }
        schedule(book, track, review);
        if (review.change().isEmpty()) {
            return Optional.empty();
        }
        proposed.addAll(review.change().assignments());
        return Optional.of(review.change());
    }

    private void schedule(SkuBook book, SkuTrack track, Reviewer.Review review) {
        // Sold, but not settled: the books will say so when they know.
        boolean selling = book.actual() > 0 && book.inventory() == 0 && track.isExhausted();
        track.waiting = review.waiting();
        if (review.waiting() || selling) {
            Duration pause = waits.pause(track.waits++);
            later(track, (review.waiting() ? pause : settings.patience()).toNanos());
        } else {
            track.waits = 0;
        }
        if (review.laterNanos() >= 0) {
            later(track, review.laterNanos());
        }
    }

    private void tellCeilings(SkuBook book, SkuTrack track, List<Action.Ceiling> ceilings, boolean current) {
        if (!current || track.isRestocking(now())) {
            return;
        }
        for (Action.Ceiling ceiling : ceilings) {
            NodeSession owner =
                    tenure.nodes().get(book.partition(ceiling.slot()).node());
            if (owner != null) {
                tenure.parts().metrics().tellsCeiling();
                tenure.ceilings().tell(owner, book.sku(), ceiling.units());
                track.slot(ceiling.slot()).need = 0;
            }
        }
    }

    // ---- Telling the nodes

    private CompletableFuture<Void> tell() {
        long now = now();
        Set<Sku> withHistory = new LinkedHashSet<>();
        for (SkuBook book : books.values()) {
            SkuTrack track = track(book.sku());
            try {
                for (PartitionBook partition : book.partitions()) {
                    tell(book, partition, track, now, withHistory);
                }
            } catch (RuntimeException e) {
                withHistory.remove(book.sku());
                failed.put(book.sku(), e);
            }
        }
        if (withHistory.isEmpty()) {
            send(Map.of());
            return CompletableFuture.completedFuture(null);
        }
        return tenure.ask(() -> tenure.parts().store().snapshot(withHistory)).thenAccept(snapshot -> {
            snapshot.partitions().forEach(this::open);
            send(snapshot.lanes());
        });
    }

    private void tell(SkuBook book, PartitionBook partition, SkuTrack track, long now, Set<Sku> withHistory) {
        PartitionId id = new PartitionId(book.sku(), partition.slot());
        NodeSession owner = tenure.nodes().get(partition.node());
        switch (tenure.reviewer().standing(book, partition)) {
            case UNOPENED -> {
                if (owner != null && !wasOpenSent(owner, partition, track, now)) {
                    if (partition.epoch() == 1) {
                        addOpen(owner, ControlMessages.openFirst(id, partition), track, now);
                    } else {
                        withHistory.add(book.sku());
                    }
                }
                later(track, settings.resend().toNanos());
            }
            case OPEN -> {
                if (owner != null) {
                    instruct(book, partition, track, owner, now);
                    closeLeftOvers(book, partition);
                }
            }
            case UNOWNED -> {
                if (tenure.nodes().takers(now).isEmpty()) {
                    tenure.place(track);
                } else {
                    long awaited = tenure.nodes().awaitNanos(partition.node(), now);
                    later(track, Math.max(awaited, settings.pace().toNanos()));
                }
            }
            case LOCKED -> closeLeftOvers(book, partition);
            case REFUSED, HALTED, OPENING, UNKNOWN -> {
                // Looked at again when it reports, or at the next sweep.
            }
        }
    }

    private boolean wasOpenSent(NodeSession owner, PartitionBook partition, SkuTrack track, long now) {
        SkuTrack.Slot slot = track.slot(partition.slot());
        return slot.openEpoch == partition.epoch()
                && slot.openNode.equals(owner.incarnation())
                && slot.openLink == owner.link()
                && now - slot.openNanos < settings.resend().toNanos();
    }

    private void open(TakeoverSnapshot.History history) {
        SkuTrack track = tracks.get(history.partition().sku());
        SkuBook book = books.get(history.partition().sku());
        if (track == null || book == null) {
            return;
        }
        PartitionBook partition = history.book();
        NodeSession owner = tenure.nodes().get(partition.node());
        boolean unopened = tenure.reviewer().standing(book, partition) == Reviewer.Standing.UNOPENED;
        if (owner != null && unopened && partition.epoch() > 1 && !wasOpenSent(owner, partition, track, now())) {
            addOpen(owner, ControlMessages.openNext(history), track, now());
        }
    }

    private void addOpen(NodeSession owner, OpenPartition open, SkuTrack track, long now) {
        opens.computeIfAbsent(owner, node -> new ArrayList<>()).add(open);
        SkuTrack.Slot slot = track.slot(open.getSlot());
        slot.openEpoch = open.getEpoch();
        slot.openNode = owner.incarnation();
        slot.openLink = owner.link();
        slot.openNanos = now;
    }

    private void instruct(SkuBook book, PartitionBook partition, SkuTrack track, NodeSession owner, long now) {
        PartitionId id = new PartitionId(book.sku(), partition.slot());
        PartitionReport report = owner.held(id);
        SkuTrack.Slot slot = track.slot(id.slot());
        if (report == null) {
            return;
        }
        long returnTo = tenure.reviewer().returnTo(book, id.slot(), track);
        long watermark = book.plan().watermark();
        boolean gives = report.getGranted() < partition.granted();
        boolean takes = report.getReturned() < returnTo && (report.getRemaining() > 0 || gives);
        if (!gives && !takes && !tenure.reviewer().lacksWatermark(book, partition)) {
            return;
        }
        boolean told = slot.toldGranted == partition.granted()
                && slot.toldReturn == returnTo
                && slot.toldWatermark == watermark
                && slot.toldLink == owner.link()
                && now - slot.toldNanos < settings.resend().toNanos();
        if (!told) {
            if (takes) {
                tenure.parts().metrics().takesBack();
            }
            slot.toldGranted = partition.granted();
            slot.toldReturn = returnTo;
            slot.toldWatermark = watermark;
            slot.toldLink = owner.link();
            slot.toldNanos = now;
            say(owner, ControlMessages.instruction(id, partition, returnTo, watermark));
        }
        later(track, settings.resend().toNanos());
    }

    /** Who was replaced while it had nothing to append does not know it. */
    private void closeLeftOvers(SkuBook book, PartitionBook partition) {
        PartitionId id = new PartitionId(book.sku(), partition.slot());
        tenure.reviewer()
                .leftOvers(book, partition)
                .forEach((holder, epoch) -> say(holder, ControlMessages.close(id, epoch)));
    }

    private void say(NodeSession node, Instruction instruction) {
        instructions.computeIfAbsent(node, n -> new ArrayList<>()).add(instruction);
    }

    private void send(Map<Integer, TakeoverSnapshot.LaneStand> lanes) {
        opens.forEach((node, partitions) -> {
            for (List<OpenPartition> part : Lists.partition(partitions, MESSAGE_PARTITIONS)) {
                node.send(ControlMessages.open(part, lanes));
            }
        });
        instructions.forEach((node, all) -> {
            for (List<Instruction> part : Lists.partition(all, MESSAGE_PARTITIONS)) {
                LeaderMessage message = ControlMessages.instruct(part);
                node.send(message);
            }
        });
    }

    // ---- Small things

    private long now() {
        return tenure.parts().loop().nanoTime();
    }

    private SkuTrack track(Sku sku) {
        SkuTrack track = tracks.get(sku);
        if (track == null) {
            throw new IllegalStateException("books of " + sku + " (expected: only those that were asked for)");
        }
        return track;
    }

    private static void later(SkuTrack track, long nanos) {
        track.laterNanos = track.laterNanos < 0 ? nanos : Math.min(track.laterNanos, nanos);
    }

    /** Asks the books in several questions side by side; all their answers, in order. */
    private <A, B> CompletableFuture<List<B>> inParts(List<A> all, int size, Function<List<A>, List<B>> question) {
        List<CompletableFuture<List<B>>> answers = new ArrayList<>();
        for (List<A> part : Lists.partition(all, size)) {
            answers.add(tenure.ask(() -> question.apply(part)));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    List<B> found = new ArrayList<>();
                    answers.forEach(answer -> found.addAll(answer.join()));
                    return found;
                });
    }
}
