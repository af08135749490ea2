// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.concurrent.Loop;
import java.util.List;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.ErrorResult;
import org.apache.zookeeper.OpResult.GetDataResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/**
 * One session with ZooKeeper: requests are answered in the order in which they were sent, exactly once each, on the loop.
 * A request whose answer is lost is answered {@code CONNECTIONLOSS}. A handle has one session in its life, so another
 * session is another instance.
 *
 * <p>Thread-safe.
 */
final class Session {
    /** The answer to an operation of several; the code is that of the first that failed. */
    record Answers(Code code, List<OpResult> results) {
        boolean isOk() {
            return code == Code.OK;
        }

        /** Which operation of a failed write was the culprit, -1 if the request failed as a whole. */
        int culprit() {
            for (int i = 0; i < results.size(); i++) {
                if (results.get(i) instanceof ErrorResult error && error.getErr() == code.intValue()) {
                    return i;
                }
            }
            return -1;
        }
    }

    /** The answer to a listing; without names unless the code is OK. */
    record Listing(Code code, List<String> names) {}

    private final ZooKeeper zooKeeper;
    private final Loop loop;

    Session(ZooKeeper zooKeeper, Loop loop) {
        this.zooKeeper = zooKeeper;
        this.loop = loop;
    }

    boolean isOn(ZooKeeper other) {
        return zooKeeper == other;
    }

    /** The session's number, as it stands in an entry's ephemeral owner. Not 0 once connected. */
    long id() {
        return zooKeeper.getSessionId();
    }

    /** All operations or none. */
    void write(List<Op> operations, Consumer<Answers> then) {
        multi(operations, then);
    }

    /** Each operation for itself, all at one moment; the code is OK also if some of them failed. */
    void read(List<Op> operations, Consumer<Answers> then) {
        multi(
                operations,
                answers ->
                        then.accept(answers.results().isEmpty() ? answers : new Answers(Code.OK, answers.results())));
    }

    private void multi(List<Op> operations, Consumer<Answers> then) {
        zooKeeper.multi(
                operations,
                (rc, path, context, results) -> {
                    List<OpResult> all = results == null ? List.of() : results;
                    Code code = all.isEmpty() ? code(rc) : firstFailure(all);
                    loop.offer(() -> then.accept(new Answers(code, all)));
                },
                null);
    }

    private static Code firstFailure(List<OpResult> results) {
        for (OpResult result : results) {
            if (result instanceof ErrorResult error
                    && error.getErr() != Code.OK.intValue()
                    && error.getErr() != Code.RUNTIMEINCONSISTENCY.intValue()) {
                return code(error.getErr());
            }
        }
        return Code.OK;
    }

    /**
     * Writes nothing, but through the quorum: what was written anywhere before this call is seen by what this session
     * reads after it. ZooKeeper's {@code sync} does not promise this, a deposed leader may answer it.
     */
    void barrier(Consumer<Code> then) {
        write(List.of(Op.check("/", -1)), answers -> then.accept(answers.code()));
    }

    void children(String path, Consumer<Listing> then) {
        zooKeeper.getChildren(
                path,
                false,
                (int rc, String p, Object context, List<String> names) -> {
                    Code code = code(rc);
                    List<String> listed = code == Code.OK ? names : List.of();
                    loop.offer(() -> then.accept(new Listing(code, listed)));
                },
                null);
    }

    /** All that live as long as this session. */
    void ephemerals(String prefix, Consumer<Listing> then) {
        zooKeeper.getEphemerals(
                prefix,
                (rc, context, paths) -> {
                    Code code = code(rc);
                    List<String> listed = code == Code.OK ? paths : List.of();
                    loop.offer(() -> then.accept(new Listing(code, listed)));
                },
                null);
    }

    void createPersistent(String path, Consumer<Code> then) {
        zooKeeper.create(
                path,
                new byte[0],
                Ids.OPEN_ACL_UNSAFE,
                CreateMode.PERSISTENT,
                (rc, p, context, name) -> loop.offer(() -> then.accept(code(rc))),
                null);
    }

    /** Watches the path, whether it exists or not, and all that is below it, until {@link #unwatch} or the session's end. */
    void watch(String path, Watcher watcher, Consumer<Code> then) {
        zooKeeper.addWatch(
                path,
                watcher,
                AddWatchMode.PERSISTENT_RECURSIVE,
                (rc, p, context) -> loop.offer(() -> then.accept(code(rc))),
                null);
    }

    /** Ends every {@link #watch} of this path in this session. */
    void unwatch(String path, Consumer<Code> then) {
        zooKeeper.removeAllWatches(
                path,
                WatcherType.PersistentRecursive,
                true,
                (rc, p, context) -> loop.offer(() -> then.accept(code(rc))),
                null);
    }

    /** The data that were read, empty if there are none. */
    static byte[] data(OpResult result) {
        byte[] data = result instanceof GetDataResult read ? read.getData() : null;
        return data == null ? new byte[0] : data;
    }

    static Code code(int rc) {
        Code code = Code.get(rc);
        return code == null ? Code.SYSTEMERROR : code;
    }

    /** Whether the request's answer was lost with its connection or session: another connection will tell. */
    static boolean isLost(Code code) {
        return code == Code.CONNECTIONLOSS || code == Code.SESSIONEXPIRED || code == Code.SESSIONMOVED;
    }
}
