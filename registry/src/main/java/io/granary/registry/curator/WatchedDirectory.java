// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult.GetDataResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The children of one path with their data, read again after each change: one read under way, another one afterwards if
 * something happened meanwhile. Each result is handed on, also when it is the same; states that were over before
 * they were read are missed. While the registry can't be asked nothing is handed on. A path that does not exist has no children.
 *
 * <p>Meant for tens to thousands of children. Confined to the loop.
 */
final class WatchedDirectory implements Sessions.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedDirectory.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int CHUNK = 500;

    private final String path;
    private final Loop loop;
    private final Consumer<Map<String, byte[]>> listener;
    private @Nullable Session session;
    private boolean watched;
    private boolean reading;
    private boolean again;
    private boolean stopped;

    /**
     * @param listener is given the children's names with their data
     */
    WatchedDirectory(String path, Loop loop, Consumer<Map<String, byte[]>> listener) {
        this.path = path;
        this.loop = loop;
        this.listener = listener;
    }

    @Override
    public void onConnected(Session current, boolean renewed) {
        if (stopped) {
            return;
        }
        if (renewed) {
            session = current;
            watched = false;
            reading = false;
        }
        read();
    }

    @Override
    public void onDisconnected() {
        // What is known stays known; the read under way, if any, fails by itself.
    }

    private void read() {
        Session current = session;
        if (current == null) {
            return;
        }
        if (reading) {
            again = true;
            return;
        }
        reading = true;
        again = false;
        if (!watched) {
            watched = true;
            Watcher watcher = event -> {
                if (event.getType() != EventType.None) {
                    loop.offer(() -> {
                        if (current == session) {
                            read();
                        }
                    });
                }
            };
            current.watch(path, watcher, code -> {
                if (code != Code.OK && current == session) {
                    watched = false;
                    retryLater(code, current);
                }
            });
        }
        current.children(path, listing -> {
            if (current != session) {
                return;
            }
            if (listing.code() == Code.OK) {
                readData(current, listing.names(), 0, new HashMap<>());
            } else if (listing.code() == Code.NONODE) {
                done(Map.of());
            } else {
                failed(listing.code(), current);
            }
        });
    }

    private void readData(Session current, List<String> names, int begin, Map<String, byte[]> found) {
        if (begin == names.size()) {
            done(found);
            return;
        }
        int end = Math.min(names.size(), begin + CHUNK);
        List<Op> operations = new ArrayList<>(end - begin);
        for (String name : names.subList(begin, end)) {
            operations.add(Op.getData(path + '/' + name));
        }
        current.read(operations, answers -> {
            if (current != session) {
                return;
            }
            if (!answers.isOk()) {
                failed(answers.code(), current);
                return;
            }
            for (int i = begin; i < end; i++) {
                if (answers.results().get(i - begin) instanceof GetDataResult data) {
                    found.put(names.get(i), Session.data(data));
                }
            }
            readData(current, names, end, found);
        });
    }

    private void done(Map<String, byte[]> found) {
        reading = false;
        listener.accept(found);
        if (again) {
            read();
        }
    }

    private void failed(Code code, Session current) {
        reading = false;
        retryLater(code, current);
    }

    /** A connection that comes back reads again, too, and sooner. */
    private void retryLater(Code code, Session current) {
        if (!Session.isLost(code)) {
            LOG.warn("{} can't be read: {}; trying again", path, code);
        }
        loop.schedule(RETRY, () -> {
            if (current == session) {
                read();
            }
        });
    }

    /** Hands nothing on from now on. */
    void stop() {
        stopped = true;
        session = null;
    }
}
