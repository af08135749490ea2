// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.concurrent.Loop;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a role, on the loop, through which session it may ask, and when it can't. Confined to the loop but for start and close. */
final class Sessions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    interface Listener {
        /**
         * The registry can be asked. Answers and events may have been lost: read again. May come twice in a row.
         *
         * @param renewed the session is another one, and what lived as long as the former is gone or going
         */
        void onConnected(Session session, boolean renewed);

        /** The registry can't be asked, for a while or for ever; the session may live on. */
        void onDisconnected();
    }

    private final CuratorFramework client;
    private final Loop loop;
    private final Listener listener;
    private final ConnectionStateListener onState = (anyClient, state) -> changed(state);
    private @Nullable Session session;

    Sessions(CuratorFramework client, Loop loop, Listener listener) {
        this.client = client;
        this.loop = loop;
        this.listener = listener;
    }

    void start() {
        client.getConnectionStateListenable().addListener(onState, loop::offer);
        // A connection made before nobody tells any more; one that is told twice does no harm.
        loop.offer(() -> {
            if (client.getZookeeperClient().isConnected()) {
                connected();
            }
        });
    }

    private void changed(ConnectionState state) {
        if (state.isConnected()) {
            connected();
        } else {
            listener.onDisconnected();
        }
    }

    private void connected() {
        ZooKeeper handle;
        try {
            handle = client.getZookeeperClient().getZooKeeper();
        } catch (Exception e) {
            LOG.info("The connection to the registry was lost again; its return will be told", e);
            return;
        }
        Session known = session;
        if (known != null && known.isOn(handle)) {
            listener.onConnected(known, false);
        } else {
            Session renewed = new Session(handle, loop);
            session = renewed;
            listener.onConnected(renewed, true);
        }
    }

    /** Tells nothing from now on, but for what is on its way. Thread-safe. */
    @Override
    public void close() {
        client.getConnectionStateListenable().removeListener(onState);
    }
}
