// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.concurrent.Loop;
import io.granary.registry.curator.OwnEntries.Change;
import io.granary.registry.curator.OwnEntries.Found;
import io.granary.registry.curator.OwnEntries.Reason;
import io.granary.registry.curator.OwnEntries.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.GetDataResult;
import org.apache.zookeeper.ZooDefs.Ids;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what {@link OwnEntries} says, in one session after the other. Confined to the loop. */
final class OwnEntriesFlusher implements Sessions.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(OwnEntriesFlusher.class);

    /** At some 350 bytes an operation this stays well below ZooKeeper's limit of 1 MiB a request. */
    static final int MAX_OPERATIONS = 500;

    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration AUDIT = Duration.ofSeconds(30);

    private final RegistryPaths paths;
    private final Loop loop;
    private final OwnEntries entries = new OwnEntries(MAX_OPERATIONS);
    private final List<CompletableFuture<Void>> settled = new ArrayList<>();
    private @Nullable Session session;
    private boolean connected;
    private boolean stopped;
    private boolean resting;
    private boolean retrying;
    private Loop.@Nullable Timer audits;

    OwnEntriesFlusher(RegistryPaths paths, Loop loop) {
        this.paths = paths;
        this.loop = loop;
    }

    void want(String path, byte[] data) {
        entries.want(path, data);
        flush();
    }

    void unwant(String path) {
        entries.unwant(path);
        flush();
    }

    /** Takes everything away; completes the future when it is gone, or can't be taken away now. */
    void withdraw(CompletableFuture<Void> gone) {
        settled.add(gone);
        entries.unwantAll();
        cancelAudits();
        flush();
    }

    /** Does nothing more. */
    void stop() {
        stopped = true;
        connected = false;
        session = null;
        cancelAudits();
    }

    private void cancelAudits() {
        if (audits != null) {
            audits.cancel();
        }
    }

    @Override
    public void onConnected(Session current, boolean renewed) {
        if (stopped) {
            return;
        }
        connected = true;
        resting = false;
        if (renewed) {
            if (session != null) {
                LOG.info("Another session with the registry: {} entries are published again", entries.size());
                // What the former session has not answered is never heard: see whenIn.
                entries.unanswered();
                entries.sessionRenewed();
            }
            session = current;
        } else {
            entries.audit();
        }
        scheduleAudit();
        flush();
    }

    @Override
    public void onDisconnected() {
        connected = false;
        tellSettled();
    }

    private void scheduleAudit() {
        cancelAudits();
        audits = loop.schedule(AUDIT, () -> {
            entries.audit();
            flush();
            scheduleAudit();
        });
    }

    private void flush() {
        Session current = session;
        if (connected && !resting && current != null) {
            entries.next().ifPresent(step -> take(step, current));
        }
        tellSettled();
    }

    private void tellSettled() {
        if (entries.isSettled() || !connected) {
            giveUp();
        }
    }

    private void giveUp() {
        List<CompletableFuture<Void>> waiting = List.copyOf(settled);
        settled.clear();
        waiting.forEach(future -> future.complete(null));
    }

    private void take(Step step, Session current) {
        if (step instanceof Step.Write write) {
            write(write, current);
        } else if (step instanceof Step.Probe probe) {
            List<Op> operations = probe.paths().stream().map(Op::getData).toList();
            current.read(operations, whenIn(current, answers -> probed(answers, current)));
        } else if (step instanceof Step.MakeAncestors make) {
            makeAncestors(make, current);
        } else {
            current.ephemerals(paths.root(), whenIn(current, listing -> {
                if (listing.code() == Code.OK) {
                    entries.audited(new HashSet<>(listing.names()));
                } else {
                    unanswered(listing.code());
                }
            }));
        }
    }

    /** An answer that comes from a former session is not heard: its step was called unanswered when the session changed. */
    private <A> Consumer<A> whenIn(Session asked, Consumer<A> then) {
        return answer -> {
            if (asked == session) {
                then.accept(answer);
                flush();
            }
        };
    }

    private void probed(Session.Answers answers, Session current) {
        if (!answers.isOk()) {
            unanswered(answers.code());
            return;
        }
        List<Optional<Found>> found = new ArrayList<>(answers.results().size());
        for (OpResult result : answers.results()) {
            if (result instanceof GetDataResult data) {
                boolean ours = data.getStat().getEphemeralOwner() == current.id();
                found.add(Optional.of(new Found(ours, Session.data(data))));
            } else {
                found.add(Optional.empty());
            }
        }
        entries.probed(found);
    }

    private void write(Step.Write write, Session current) {
        List<Op> operations = new ArrayList<>();
        List<Integer> changeOfOperation = new ArrayList<>();
        for (int i = 0; i < write.changes().size(); i++) {
            addOperations(write.changes().get(i), operations);
            while (changeOfOperation.size() < operations.size()) {
                changeOfOperation.add(i);
            }
        }
        current.write(operations, whenIn(current, answers -> {
            if (answers.isOk()) {
                entries.written();
            } else if (answers.culprit() < 0) {
                unanswered(answers.code());
            } else {
                int culprit = changeOfOperation.get(answers.culprit());
                Reason reason = reason(answers.code(), operations.get(answers.culprit()));
                if (reason == Reason.FAULT) {
                    LOG.warn(
                            "{} can't be written: {}; trying again",
                            write.changes().get(culprit).path(),
                            answers.code());
                    rest();
                }
                entries.refused(culprit, reason);
                retryAsideLater();
            }
        }));
    }

    private void retryAsideLater() {
        if (entries.hasAside() && !retrying) {
            retrying = true;
            loop.schedule(RETRY, () -> {
                retrying = false;
                entries.retryAside();
                flush();
            });
        }
    }

    private static void addOperations(Change change, List<Op> operations) {
        switch (change.action()) {
            case CREATE -> operations.add(create(change));
            case REPLACE -> {
                operations.add(Op.delete(change.path(), -1));
                operations.add(create(change));
            }
            case UPDATE -> operations.add(Op.setData(change.path(), change.data(), -1));
            case DELETE -> operations.add(Op.delete(change.path(), -1));
        }
    }

    private static Op create(Change change) {
        return Op.create(change.path(), change.data(), Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
    }

    private static Reason reason(Code code, Op culprit) {
        if (code == Code.NONODE) {
            return culprit instanceof Op.Create ? Reason.NO_PARENT : Reason.OTHERWISE;
        }
        return code == Code.NODEEXISTS ? Reason.OTHERWISE : Reason.FAULT;
    }

    private void makeAncestors(Step.MakeAncestors make, Session current) {
        // Answers come in order: the last one tells that all are made.
        List<String> ancestors = make.paths();
        for (String path : ancestors.subList(0, ancestors.size() - 1)) {
            current.createPersistent(path, code -> warnUnlessMade(path, code));
        }
        String last = ancestors.get(ancestors.size() - 1);
        current.createPersistent(last, whenIn(current, code -> {
            warnUnlessMade(last, code);
            if (Session.isLost(code)) {
                unanswered(code);
            } else {
                entries.ancestorsMade();
            }
        }));
    }

    private static void warnUnlessMade(String path, Code code) {
        if (code != Code.OK && code != Code.NODEEXISTS && !Session.isLost(code)) {
            LOG.warn("{} can't be made: {}", path, code);
        }
    }

    /** Another try when the connection is back, or after a while if it was not even noticed that it was gone. */
    private void unanswered(Code code) {
        entries.unanswered();
        if (!Session.isLost(code)) {
            LOG.warn("The registry refuses: {}; trying again", code);
        }
        giveUp();
        rest();
    }

    private void rest() {
        if (!resting) {
            resting = true;
            loop.schedule(RETRY, () -> {
                resting = false;
                flush();
            });
        }
    }
}
