// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import static io.granary.backing.Patience.await;
import static io.granary.protocol.grpc.HeardLink.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.backing.Patience;
import io.granary.concurrent.ThreadPerTask;
import io.granary.proto.Ceilings;
import io.granary.proto.CeilingsKept;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.Acceptor;
import io.granary.protocol.Link;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Both ends of a link over loopback. */
class GrpcLinksTest {
    private static final String HOST = "127.0.0.1";
    /** Longer than any machine takes: what is about these times has its own. */
    private static final Duration LONG = Duration.ofMinutes(1);

    private static final GrpcSettings SETTINGS = new GrpcSettings(LONG, LONG, 4 << 20, 8 << 20, LONG);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<HeardLink<?, ?>> heard = new ArrayList<>();
    private final BlockingQueue<HeardLink<byte[], byte[]>> accepted = new LinkedBlockingQueue<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        heard.forEach(HeardLink::assertUsedWell);
    }

    @Test
    void bothEndsBecomeReadyWithoutAMessage() throws Exception {
        GrpcServer server = serve(SETTINGS, (end, message) -> {});
        HeardLink<byte[], byte[]> caller = connect(SETTINGS, server, (end, message) -> {});

        soon(caller.ready);
        assertThat(caller.link().isReady()).isTrue();
        HeardLink<byte[], byte[]> service = accepted();
        soon(service.ready);
        assertThat(service.link().isReady()).isTrue();
    }

    @Test
    void messagesOfManyThreadsComeBackWholeAndInTheOrderOfEach() throws Exception {
        int threads = 4;
        int each = 20_000;
        GrpcSettings roomy = SETTINGS.withMaxWaitingBytes(64 << 20);
        GrpcServer server = serve(roomy, (end, message) -> end.link().send(message));
        int[] next = new int[threads];
        List<String> wrong = new ArrayList<>();
        CountDownLatch left = new CountDownLatch(threads * each);
        HeardLink<byte[], byte[]> caller = connect(roomy, server, (end, message) -> {
            ByteBuffer in = ByteBuffer.wrap(message);
            int thread = in.getInt();
            int number = in.getInt();
            if (number != next[thread]++ || message.length != 8 + number % 200) {
                wrong.add(thread + ": " + number);
            }
            left.countDown();
        });

        CompletableFuture.allOf(java.util.stream.IntStream.range(0, threads)
                        .mapToObj(t -> CompletableFuture.runAsync(
                                () -> {
                                    for (int i = 0; i < each; i++) {
                                        byte[] message = new byte[8 + i % 200];
                                        ByteBuffer.wrap(message).putInt(t).putInt(i);
                                        caller.link().send(message);
                                    }
                                },
                                new ThreadPerTask()))
                        .toArray(CompletableFuture[]::new))
                .get(Patience.seconds(60), TimeUnit.SECONDS);

        assertThat(left.await(Patience.seconds(60), TimeUnit.SECONDS)).isTrue();
        assertThat(wrong).isEmpty();
    }

    @Test
    void aMessageOfEverySizeUpToTheBoundPasses() throws Exception {
        GrpcServer server = serve(SETTINGS, (end, message) -> end.link().send(message));
        BlockingQueue<byte[]> back = new LinkedBlockingQueue<>();
        HeardLink<byte[], byte[]> caller = connect(SETTINGS, server, (end, message) -> back.add(message));

        for (int size : new int[] {1, 126, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152, (4 << 20) - 5}) {
            byte[] message = new byte[size];
            message[size - 1] = 42;
            caller.link().send(message);
            assertThat(back.poll(Patience.seconds(20), TimeUnit.SECONDS)).isEqualTo(message);
        }
    }

    @Test
    void aMessageOverTheBoundBreaksTheLink() throws Exception {
        GrpcServer server = serve(SETTINGS, (end, message) -> {});
        HeardLink<byte[], byte[]> caller = connect(SETTINGS, server, (end, message) -> {});

        caller.link().send(new byte[4 << 20]);

        caller.broken();
        accepted().broken();
    }

    @Test
    void controlMessagesPassBothWays() throws Exception {
        GrpcServer server = start(GrpcService.control(
                link -> new HeardLink<NodeMessage, LeaderMessage>((end, message) -> link.send(NodeMessage.newBuilder()
                        .setCeilingsKept(CeilingsKept.newBuilder()
                                .setRound(message.getCeilings().getRound()))
                        .build())),
                SETTINGS));
        GrpcConnector<LeaderMessage, NodeMessage> connector = keep(GrpcConnector.control(SETTINGS));
        BlockingQueue<NodeMessage> back = new LinkedBlockingQueue<>();
        Link<LeaderMessage> link = connector.connect(
                HOST + ":" + server.port(), new HeardLink<LeaderMessage, NodeMessage>((end, m) -> back.add(m)));

        link.send(LeaderMessage.newBuilder()
                .setCeilings(Ceilings.newBuilder().setRound(7))
                .build());

        NodeMessage answer = back.poll(Patience.seconds(20), TimeUnit.SECONDS);
        assertThat(answer.getCeilingsKept().getRound()).isEqualTo(7);
    }

    @Test
    void theCallerEndsIt() throws Exception {
        GrpcServer server = serve(SETTINGS, (end, message) -> {});
        HeardLink<byte[], byte[]> caller = connect(SETTINGS, server, (end, message) -> {});
        HeardLink<byte[], byte[]> service = accepted();

        caller.link().close();
        caller.link().close();

        assertThat(caller.broken()).isEqualTo("closed");
        service.broken();
        assertThat(caller.link().isReady()).isFalse();
        caller.link().send(new byte[1]);
        service.link().send(new byte[1]);
        service.link().close();
    }

    @Test
    void theServiceEndsItAndWhatItSentBeforeArrives() throws Exception {
        GrpcServer server = serve(SETTINGS, (end, message) -> {
            end.link().send(message);
            end.link().close();
        });
        BlockingQueue<byte[]> back = new LinkedBlockingQueue<>();
        HeardLink<byte[], byte[]> caller = connect(SETTINGS, server, (end, message) -> back.add(message));

        caller.link().send(new byte[] {1});

        assertThat(caller.broken()).isEqualTo("closed by the service");
        assertThat(back).hasSize(1);
        assertThat(accepted().broken()).isEqualTo("closed");
    }

    @Test
    void aListenerThatThrowsBreaksItsLink() throws Exception {
        GrpcServer server = serve(SETTINGS, (end, message) -> {
            throw new IllegalStateException("planted");
        });
        HeardLink<byte[], byte[]> caller = connect(SETTINGS, server, (end, message) -> {});

        caller.link().send(new byte[1]);

        assertThat(caller.broken()).contains("planted");
        assertThat(accepted().broken()).contains("planted");
    }

    @Test
    void anAcceptorThatThrowsRefusesTheLink() throws Exception {
        Acceptor<byte[], byte[]> full = link -> {
            throw new IllegalStateException("too many links");
        };
        GrpcServer server = start(GrpcService.deductions(full, SETTINGS));
        HeardLink<byte[], byte[]> caller = connect(SETTINGS, server, (end, message) -> {});

        assertThat(caller.broken()).contains("too many links");
    }

    @Test
    void nobodyListensThere() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        GrpcConnector<byte[], byte[]> connector = keep(GrpcConnector.deductions(SETTINGS));

        // Again and again without the transport's back-off, and found as soon as it is there.
        for (int i = 0; i < 20; i++) {
            HeardLink<byte[], byte[]> caller = hear((end, message) -> {});
            connector.connect(HOST + ":" + port, caller);
            assertThat(caller.broken()).contains("UNAVAILABLE");
        }
        keep(GrpcServer.start(HOST, port, SETTINGS, List.of(echo())));
        HeardLink<byte[], byte[]> caller = hear((end, message) -> {});
        connector.connect(HOST + ":" + port, caller);
        soon(caller.ready);
    }

    @Test
    void anAddressThatIsNone() {
        GrpcConnector<byte[], byte[]> connector = keep(GrpcConnector.deductions(SETTINGS));
        for (String address : List.of("", "host", "host:port", "host:1:2", "host:99999999")) {
            HeardLink<byte[], byte[]> caller = hear((end, message) -> {});
            connector.connect(address, caller).send(new byte[1]);
            assertThat(caller.broken()).contains("expected: host:port");
        }
    }

    @Test
    void aServerThatStopsEndsItsLinksAndFreesThePort() throws Exception {
        GrpcServer server = serve(SETTINGS, (end, message) -> {});
        HeardLink<byte[], byte[]> one = connect(SETTINGS, server, (end, message) -> {});
        HeardLink<byte[], byte[]> two = connect(SETTINGS, server, (end, message) -> {});
        soon(one.ready);
        soon(two.ready);

        server.close();

        assertThat(one.broken()).isEqualTo("closed by the service");
        assertThat(two.broken()).isEqualTo("closed by the service");
        accepted().broken();
        keep(GrpcServer.start(HOST, server.port(), SETTINGS, List.of(echo())));
    }

    @Test
    void aConnectorThatClosesEndsItsLinks() throws Exception {
        GrpcServer server = serve(SETTINGS, (end, message) -> {});
        GrpcConnector<byte[], byte[]> connector = keep(GrpcConnector.deductions(SETTINGS));
        HeardLink<byte[], byte[]> one = hear((end, message) -> {});
        HeardLink<byte[], byte[]> two = hear((end, message) -> {});
        connector.connect(HOST + ":" + server.port(), one);
        connector.connect(HOST + ":" + server.port(), two);
        accepted();

        connector.close();

        one.broken();
        two.broken();
        assertThatThrownBy(() -> connector.connect(HOST + ":" + server.port(), one))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anIdleLinkStays() throws Exception {
        Duration keepAlive = Patience.of(Duration.ofSeconds(1));
        GrpcSettings lively = SETTINGS.withKeepAlive(keepAlive);
        GrpcServer server = serve(lively, (end, message) -> end.link().send(message));
        AtomicInteger answers = new AtomicInteger();
        // The first link of all takes longer than that.
        soon(connect(SETTINGS, server, (end, message) -> {}).ready);
        HeardLink<byte[], byte[]> caller = connect(lively, server, (end, message) -> answers.incrementAndGet());
        soon(caller.ready);

        // Silence breaks it after two of these.
        await().during(keepAlive.multipliedBy(3)).until(() -> !caller.broken.isDone());
        assertThat(answers).hasValue(0);
        caller.link().send(new byte[1]);
        await().untilAtomic(answers, org.hamcrest.Matchers.equalTo(1));
    }

    @Test
    void aServiceThatFallsSilentIsFoundOut() throws Exception {
        GrpcSettings lively = SETTINGS.withKeepAlive(Duration.ofMillis(200));
        GrpcServer server = serve(lively, (end, message) -> {});
        try (CutLine line = new CutLine(server.port())) {
            HeardLink<byte[], byte[]> caller = hear((end, message) -> {});
            keep(GrpcConnector.deductions(lively)).connect(HOST + ":" + line.port(), caller);
            accepted();

            line.cut();

            assertThat(caller.broken()).isEqualTo("no sign of life");
        }
    }

    @Test
    void aPeerThatNeverSpeaksIsFoundOut() throws Exception {
        GrpcSettings lively = SETTINGS.withKeepAlive(Duration.ofMillis(200));
        try (ServerSocket mute = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            HeardLink<byte[], byte[]> caller = hear((end, message) -> {});
            keep(GrpcConnector.deductions(lively)).connect(HOST + ":" + mute.getLocalPort(), caller);

            assertThat(caller.broken()).isEqualTo("no sign of life");
        }
    }

    @Test
    void aCallerThatDoesNotReadIsCutOff() throws Exception {
        GrpcSettings tight = SETTINGS.withMaxWaitingBytes(4 << 20);
        GrpcServer server = serve(tight, (end, message) -> {});
        CountDownLatch release = new CountDownLatch(1);
        // Keep-alive off, so that only the bound can break it.
        connect(SETTINGS.withKeepAlive(Duration.ofHours(1)), server, (end, message) -> {
            try {
                release.await(Patience.seconds(30), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        HeardLink<byte[], byte[]> service = accepted();

        int sent = 0;
        while (!service.broken.isDone() && sent < 1_000) {
            service.link().send(new byte[1 << 20]);
            sent++;
        }

        assertThat(service.broken()).contains("waiting bytes");
        assertThat(sent).isLessThan(1_000);
        release.countDown();
    }

    @Test
    void aCallerHoldsBackUntilReadyAgain() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger arrived = new AtomicInteger();
        GrpcServer server = serve(SETTINGS, (end, message) -> {
            try {
                release.await(Patience.seconds(30), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            arrived.incrementAndGet();
        });
        GrpcConnector<byte[], byte[]> connector =
                keep(GrpcConnector.deductions(SETTINGS.withKeepAlive(Duration.ofHours(1))));
        CountDownLatch readyAgain = new CountDownLatch(2);
        HeardLink<byte[], byte[]> caller = hear((end, message) -> {});
        Link<byte[]> link = connector.connect(HOST + ":" + server.port(), new io.granary.protocol.LinkListener<>() {
            @Override
            public void onMessage(byte[] message) {
                caller.onMessage(message);
            }

            @Override
            public void onReady() {
                caller.onReady();
                readyAgain.countDown();
            }

            @Override
            public void onBroken(String reason) {
                caller.onBroken(reason);
            }
        });
        soon(caller.ready);

        int sent = 0;
        while (link.isReady() && sent < 100_000) {
            link.send(new byte[1_000]);
            sent++;
        }
        assertThat(link.isReady()).isFalse();
        release.countDown();

        assertThat(readyAgain.await(Patience.seconds(20), TimeUnit.SECONDS)).isTrue();
        await().untilAtomic(arrived, org.hamcrest.Matchers.equalTo(sent));
        assertThat(link.isReady()).isTrue();
    }

    private GrpcServer serve(GrpcSettings settings, BiConsumer<HeardLink<byte[], byte[]>, byte[]> onMessage)
            throws Exception {
        return start(
                settings,
                GrpcService.deductions(
                        link -> {
                            HeardLink<byte[], byte[]> end = hear(onMessage);
                            end.link.complete(link);
                            accepted.add(end);
                            return end;
                        },
                        settings));
    }

    private static GrpcService<byte[], byte[]> echo() {
        return GrpcService.deductions(
                link -> new HeardLink<byte[], byte[]>((end, message) -> link.send(message)), SETTINGS);
    }

    private GrpcServer start(GrpcService<?, ?> service) throws Exception {
        return start(SETTINGS, service);
    }

    private GrpcServer start(GrpcSettings settings, GrpcService<?, ?> service) throws Exception {
        return keep(GrpcServer.start(HOST, 0, settings, List.of(service)));
    }

    private HeardLink<byte[], byte[]> connect(
            GrpcSettings settings, GrpcServer server, BiConsumer<HeardLink<byte[], byte[]>, byte[]> onMessage) {
        HeardLink<byte[], byte[]> caller = hear(onMessage);
        caller.link.complete(keep(GrpcConnector.deductions(settings)).connect(HOST + ":" + server.port(), caller));
        return caller;
    }

    private HeardLink<byte[], byte[]> accepted() throws InterruptedException {
        HeardLink<byte[], byte[]> end = accepted.poll(Patience.seconds(20), TimeUnit.SECONDS);
        assertThat(end).isNotNull();
        return end;
    }

    private HeardLink<byte[], byte[]> hear(BiConsumer<HeardLink<byte[], byte[]>, byte[]> onMessage) {
        HeardLink<byte[], byte[]> end = new HeardLink<>(onMessage);
        synchronized (heard) {
            heard.add(end);
        }
        return end;
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }
}
