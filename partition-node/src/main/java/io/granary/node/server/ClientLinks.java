// SPDX-License-Identifier: Apache-2.0
package io.granary.node.server;

import io.granary.concurrent.Loop;
import io.granary.node.lane.ClientStream;
import io.granary.node.lane.FrameTicket;
import io.granary.node.lane.Lane;
import io.granary.node.lane.LaneMetrics;
import io.granary.protocol.Acceptor;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.MalformedFrameException;
import io.granary.protocol.NodeFrame;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients' streams. Frames are decoded on the transport's threads and decided on the lane's loop.
 *
 * <p>A session's generations: a stream is welcomed on the loop, and from then on what is left of the session's older
 * streams is dropped. Only a welcomed stream may carry requests, so a stream that was given up before its welcome can't
 * act, and a session need be remembered only as long as one of its streams is open.
 */
public final class ClientLinks implements Acceptor<byte[], byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(ClientLinks.class);

    private record Session(long high, long low) {}

    private final Loop loop;
    private final Lane lane;
    private final int maxQueuedEntries;
    private final LaneMetrics metrics;
    private final AtomicInteger queuedEntries = new AtomicInteger();
    /** The youngest welcomed stream of each session; touched on the loop only. */
    private final Map<Session, Stream> sessions = new HashMap<>();

    /**
     * @param maxQueuedEntries requests that may wait for the loop; beyond it they are THROTTLED unseen
     */
    public ClientLinks(Loop loop, Lane lane, int maxQueuedEntries, LaneMetrics metrics) {
        this.loop = loop;
        this.lane = lane;
        this.maxQueuedEntries = maxQueuedEntries;
        this.metrics = metrics;
    }

    @Override
    public LinkListener<byte[]> accept(Link<byte[]> link) {
        return new Stream(link);
    }

    private final class Stream implements LinkListener<byte[]>, ClientStream {
        private final Link<byte[]> link;
        private volatile boolean welcomed;
        // Touched on the loop only.
        private boolean superseded;
        private Session session = new Session(0, 0);
        private long generation;

        Stream(Link<byte[]> link) {
            this.link = link;
        }

        @Override
        public void onMessage(byte[] bytes) {
            try {
                ClientFrame frame = ClientFrame.decode(bytes);
                if (frame instanceof ClientFrame.Open open) {
                    loop.offer(() -> open(open));
                } else if (frame instanceof ClientFrame.Deduct deduct) {
                    onDeduct(deduct);
                }
            } catch (MalformedFrameException e) {
                LOG.warn("A client sent what is not a frame, its stream is closed: {}", e.getMessage());
                link.close();
            }
        }

        private void onDeduct(ClientFrame.Deduct frame) {
            if (!welcomed) {
                throw new MalformedFrameException("deduct frame before the welcome (expected: after it)");
            }
            int entries = frame.entries();
            FrameTicket ticket = new FrameTicket(link, frame.frameId(), entries, loop, metrics);
            if (queuedEntries.addAndGet(entries) > maxQueuedEntries) {
                queuedEntries.addAndGet(-entries);
                ticket.answer(0, entries, Answer.THROTTLED, 0);
                ticket.flush();
                return;
            }
            loop.offer(() -> {
                queuedEntries.addAndGet(-entries);
                if (!superseded) {
                    lane.deduct(frame, ticket, this);
                }
            });
        }

        private void open(ClientFrame.Open open) {
            Session opened = new Session(open.sessionHigh(), open.sessionLow());
            Stream before = sessions.get(opened);
            if (welcomed || (before != null && before.generation >= open.generation())) {
                superseded = true;
                link.close();
                return;
            }
            if (before != null) {
                before.superseded = true;
                before.link.close();
            }
            session = opened;
            generation = open.generation();
            sessions.put(session, this);
            welcomed = true;
            link.send(new NodeFrame.Welcome(generation).encode());
        }

        @Override
        public boolean isSuperseded() {
            return superseded;
        }

        @Override
        public void onBroken(String reason) {
            loop.offer(() -> {
                // Nobody can hear the answers to what waits; whoever asks again does so on another stream.
                superseded = true;
                sessions.remove(session, this);
            });
        }
    }
}
