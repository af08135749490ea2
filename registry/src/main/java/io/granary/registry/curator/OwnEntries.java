// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The ephemeral entries that a process wants to have, what is known of those that it has, and what to do next so that
 * they agree. Pure: no I/O, no clock; {@link OwnEntriesFlusher} does what it says.
 *
 * <p>One step is under way at a time; changes that come meanwhile join the next one. A write is all or nothing, so after
 * one that failed, or whose answer was lost, nothing is assumed of its entries: they are probed, then written again. An
 * entry that another session made (an older one of ours: it would vanish when that session ends) is replaced. An entry
 * that fails for a reason that a probe can't clear up is set aside until {@link #retryAside}.
 *
 * <p>It remembers what is wanted, and what is not yet gone: that bounds it. Not thread-safe.
 */
final class OwnEntries {
    /** What to do next. */
    sealed interface Step {
        /** Read these, then {@link OwnEntries#probed}. */
        record Probe(List<String> paths) implements Step {}

        /** Write these, all or none, then {@link OwnEntries#written} or {@link OwnEntries#refused}. */
        record Write(List<Change> changes) implements Step {}

        /** Make these, one by one, if they do not exist, then {@link OwnEntries#ancestorsMade}. */
        record MakeAncestors(List<String> paths) implements Step {}

        /** List what lives as long as this session, then {@link OwnEntries#audited}. */
        record Audit() implements Step {}
    }

    enum Action {
        CREATE(1),
        /** Delete what another session left, then create. */
        REPLACE(2),
        UPDATE(1),
        DELETE(1);

        /** How many operations it takes. */
        final int operations;

        Action(int operations) {
            this.operations = operations;
        }
    }

    /**
     * @param data what to write; empty for a deletion
     */
    record Change(Action action, String path, byte[] data) {}

    /** Why a write was refused. */
    enum Reason {
        /** The path around a new entry does not exist. */
        NO_PARENT,
        /** The entry is not as it was believed to be. */
        OTHERWISE,
        /** Something that will not go away by looking again. */
        FAULT
    }

    /** What a probe found at a path. */
    record Found(boolean ours, byte[] data) {}

    private enum Known {
        ABSENT,
        OURS,
        OTHERS,
        UNCLEAR
    }

    private static final class Entry {
        /** Null if the entry is to go. */
        byte @Nullable [] wanted;

        Known known = Known.ABSENT;

        /** What stands there, if it is ours. */
        byte @Nullable [] written;

        /** Writes of this entry that were refused since the last that was not. */
        int refusals;
    }

    /** Refusals that a probe explains come from races, and races end. */
    private static final int MAX_REFUSALS = 5;

    private final int maxOperations;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> toWrite = new LinkedHashSet<>();
    private final Set<String> toProbe = new LinkedHashSet<>();
    private final Set<String> aside = new LinkedHashSet<>();
    private List<String> ancestors = List.of();
    private boolean auditDue;
    private @Nullable Step underWay;
    private Set<String> pathsUnderWay = Set.of();

    /**
     * @param maxOperations most operations of one step, 2 or more
     */
    OwnEntries(int maxOperations) {
        if (maxOperations < 2) {
            throw new IllegalArgumentException("maxOperations: " + maxOperations + " (expected: 2 or more)");
        }
        this.maxOperations = maxOperations;
    }

    /** The entry shall be there, with these data. */
    void want(String path, byte[] data) {
        Entry entry = entries.computeIfAbsent(path, p -> new Entry());
        entry.wanted = data;
        arrange(path, entry);
    }

    /** The entry shall not be there. Unknown ones are ignored. */
    void unwant(String path) {
        Entry entry = entries.get(path);
        if (entry != null) {
            entry.wanted = null;
            arrange(path, entry);
        }
    }

    void unwantAll() {
        for (String path : List.copyOf(entries.keySet())) {
            unwant(path);
        }
    }

    /** Whether everything is as it is wanted. */
    boolean isSettled() {
        return underWay == null && toWrite.isEmpty() && toProbe.isEmpty() && aside.isEmpty();
    }

    boolean hasAside() {
        return !aside.isEmpty();
    }

    /** Entries wanted, or not yet gone. */
    int size() {
        return entries.size();
    }

    /**
     * The next step, or nothing if one is under way or there is nothing to do. What can be written comes before what must
     * be probed: so after a new session the entries come back in the order in which they were first wanted, batch by
     * batch, a node before its partitions.
     */
    Optional<Step> next() {
        if (underWay != null) {
            return Optional.empty();
        }
        if (!ancestors.isEmpty()) {
            underWay = new Step.MakeAncestors(ancestors);
            ancestors = List.of();
        } else if (!toWrite.isEmpty()) {
            List<Change> changes = changes();
            pathsUnderWay = changes.stream().map(Change::path).collect(Collectors.toUnmodifiableSet());
            underWay = new Step.Write(changes);
        } else if (!toProbe.isEmpty()) {
            List<String> paths = take(toProbe, maxOperations);
            pathsUnderWay = Set.copyOf(paths);
            underWay = new Step.Probe(paths);
        } else if (auditDue) {
            auditDue = false;
            underWay = new Step.Audit();
        }
        return Optional.ofNullable(underWay);
    }

    private static List<String> take(Set<String> paths, int most) {
        List<String> taken = new ArrayList<>(Math.min(most, paths.size()));
        for (var i = paths.iterator(); i.hasNext() && taken.size() < most; ) {
            taken.add(i.next());
            i.remove();
        }
        return taken;
    }

    private List<Change> changes() {
        List<Change> changes = new ArrayList<>(Math.min(maxOperations, toWrite.size()));
        int operations = 0;
        for (var i = toWrite.iterator(); i.hasNext(); ) {
            String path = i.next();
            Change change = change(path, entry(path));
            operations += change.action().operations;
            if (operations > maxOperations) {
                break;
            }
            changes.add(change);
            i.remove();
        }
        return changes;
    }

    private static Change change(String path, Entry entry) {
        byte[] data = entry.wanted;
        if (data == null) {
            return new Change(Action.DELETE, path, new byte[0]);
        }
        return switch (entry.known) {
            case ABSENT -> new Change(Action.CREATE, path, data);
            case OTHERS -> new Change(Action.REPLACE, path, data);
            case OURS -> new Change(Action.UPDATE, path, data);
            case UNCLEAR -> throw new IllegalStateException(path + ": to be written before it was probed");
        };
    }

    /**
     * The answer to a probe.
     *
     * @param found what stands at each of its paths, in their order
     */
    void probed(List<Optional<Found>> found) {
        List<String> paths = finish(Step.Probe.class).paths();
        if (found.size() != paths.size()) {
            throw new IllegalArgumentException("found: " + found.size() + " (expected: " + paths.size() + ")");
        }
        for (int i = 0; i < found.size(); i++) {
            Entry entry = entry(paths.get(i));
            Optional<Found> here = found.get(i);
            entry.known = here.map(f -> f.ours() ? Known.OURS : Known.OTHERS).orElse(Known.ABSENT);
            entry.written = here.map(Found::data).orElse(null);
            arrange(paths.get(i), entry);
        }
    }

    /** The write was done. */
    void written() {
        for (Change change : finish(Step.Write.class).changes()) {
            Entry entry = entry(change.path());
            entry.refusals = 0;
            if (change.action() == Action.DELETE) {
                entry.known = Known.ABSENT;
                entry.written = null;
            } else {
                entry.known = Known.OURS;
                entry.written = change.data();
            }
            arrange(change.path(), entry);
        }
    }

    /** The write was refused because of one of its changes; nothing was written. */
    void refused(int culprit, Reason reason) {
        List<Change> changes = finish(Step.Write.class).changes();
        changes.forEach(change -> unclear(change.path()));
        if (reason == Reason.NO_PARENT) {
            Set<String> missing = new LinkedHashSet<>();
            for (Change change : changes) {
                if (change.action() == Action.CREATE || change.action() == Action.REPLACE) {
                    addAncestors(change.path(), missing);
                }
            }
            ancestors = List.copyOf(missing);
        }
        String path = changes.get(culprit).path();
        Entry entry = entry(path);
        entry.refusals++;
        if (reason == Reason.FAULT || entry.refusals > MAX_REFUSALS) {
            toProbe.remove(path);
            aside.add(path);
        }
    }

    private static void addAncestors(String path, Set<String> ancestors) {
        String parent = RegistryPaths.parent(path);
        if (parent.equals("/") || ancestors.contains(parent)) {
            return;
        }
        addAncestors(parent, ancestors);
        ancestors.add(parent);
    }

    void ancestorsMade() {
        finish(Step.MakeAncestors.class);
    }

    /**
     * The answer to an audit. An entry that should be among them and is not was taken away by somebody: it is written
     * again.
     *
     * @param ours all that live as long as this session
     */
    void audited(Set<String> ours) {
        finish(Step.Audit.class);
        entries.forEach((path, entry) -> {
            if (entry.known == Known.OURS && !ours.contains(path)) {
                unclear(path);
            }
        });
    }

    /** The step was not answered, or refused as a whole: it may have happened or not. */
    void unanswered() {
        Step step = underWay;
        end();
        if (step instanceof Step.Write write) {
            write.changes().forEach(change -> unclear(change.path()));
        } else if (step instanceof Step.Probe probe) {
            probe.paths().forEach(this::unclear);
        } else if (step instanceof Step.MakeAncestors make) {
            ancestors = make.paths();
        } else if (step instanceof Step.Audit) {
            auditDue = true;
        }
    }

    /** The session is another one: what the former had is gone, or will be. No step may be under way. */
    void sessionRenewed() {
        if (underWay != null) {
            throw new IllegalStateException("a step is under way (expected: none): " + underWay);
        }
        aside.clear();
        entries.keySet().forEach(this::unclear);
    }

    /** Asks for an audit once everything else is done. */
    void audit() {
        auditDue = true;
    }

    /** Those set aside have another try. */
    void retryAside() {
        List<String> again = List.copyOf(aside);
        aside.clear();
        again.forEach(this::unclear);
    }

    private <S extends Step> S finish(Class<S> kind) {
        Step step = underWay;
        if (!kind.isInstance(step)) {
            throw new IllegalStateException("under way: " + step + " (expected: " + kind.getSimpleName() + ")");
        }
        end();
        return kind.cast(step);
    }

    private void end() {
        underWay = null;
        pathsUnderWay = Set.of();
    }

    private Entry entry(String path) {
        Entry entry = entries.get(path);
        if (entry == null) {
            throw new IllegalStateException(path + ": forgotten while something was to be done about it");
        }
        return entry;
    }

    private void unclear(String path) {
        Entry entry = entry(path);
        entry.known = Known.UNCLEAR;
        entry.written = null;
        arrange(path, entry);
    }

    /** Puts the entry where it belongs by what is wanted and known; one that is under way is arranged by its answer. */
    private void arrange(String path, Entry entry) {
        if (pathsUnderWay.contains(path) || aside.contains(path)) {
            return;
        }
        toProbe.remove(path);
        toWrite.remove(path);
        byte[] wanted = entry.wanted;
        switch (entry.known) {
            case UNCLEAR -> toProbe.add(path);
            case ABSENT -> {
                if (wanted != null) {
                    toWrite.add(path);
                } else {
                    entries.remove(path);
                }
            }
            case OTHERS -> toWrite.add(path);
            case OURS -> {
                if (wanted == null || !Arrays.equals(wanted, entry.written)) {
                    toWrite.add(path);
                }
            }
        }
    }
}
