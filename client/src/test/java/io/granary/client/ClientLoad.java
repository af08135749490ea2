// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.concurrent.ThreadLoop;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;
import io.granary.protocol.grpc.GrpcConnector;
import io.granary.protocol.grpc.GrpcServer;
import io.granary.protocol.grpc.GrpcService;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.PartitionEntry;
import io.granary.registry.SkuState;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Measures what the client costs: {@code ClientLoad server PORT COMMIT_MICROS} answers everything with deducted, all that
 * came during a commit at once; {@code ClientLoad client PORT IN_FLIGHT SLOTS SECONDS} calls as fast as the answers come
 * and prints the rate, the CPU time of this process per deduction, and the frames' size.
 */
final class ClientLoad {
    private ClientLoad() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("server")) {
            serve(Integer.parseInt(args[1]), Long.parseLong(args[2]));
        } else {
            load(
                    Integer.parseInt(args[1]),
                    Integer.parseInt(args[2]),
                    Integer.parseInt(args[3]),
                    Integer.parseInt(args[4]));
        }
    }

    private static void serve(int port, long commitMicros) throws Exception {
        ScheduledExecutorService commit = Executors.newSingleThreadScheduledExecutor();
        List<Runnable> waiting = new ArrayList<>();
        if (commitMicros > 0) {
            var unused = commit.scheduleAtFixedRate(
                    () -> {
                        List<Runnable> now;
                        synchronized (waiting) {
                            now = List.copyOf(waiting);
                            waiting.clear();
                        }
                        now.forEach(Runnable::run);
                    },
                    commitMicros,
                    commitMicros,
                    TimeUnit.MICROSECONDS);
        }
        GrpcSettings settings = GrpcSettings.defaults();
        try (GrpcServer server = GrpcServer.start(
                "127.0.0.1",
                port,
                settings,
                List.of(GrpcService.deductions(
                        link -> new LinkListener<>() {
                            @Override
                            public void onMessage(byte[] message) {
                                Runnable answer = answer(link, message);
                                if (commitMicros == 0 || message[0] == 1) {
                                    answer.run();
                                } else {
                                    synchronized (waiting) {
                                        waiting.add(answer);
                                    }
                                }
                            }

                            @Override
                            public void onBroken(String reason) {}
                        },
                        settings)))) {
            System.out.println("listening on " + server.port());
            new CountDownLatch(1).await();
        }
    }

    private static Runnable answer(Link<byte[]> link, byte[] message) {
        ClientFrame frame = ClientFrame.decode(message);
        byte[] answer = frame instanceof ClientFrame.Open open
                ? new NodeFrame.Welcome(open.generation()).encode()
                : new NodeFrame.AllDeducted(((ClientFrame.Deduct) frame).frameId()).encode();
        return () -> link.send(answer);
    }

    /** One of the calls in flight: when it is answered, the next takes its place. */
    private static final class Caller implements Consumer<DeductionResult> {
        final GranaryClient client;
        final SplittableRandom random;
        final LongAdder deducted;

        Caller(GranaryClient client, SplittableRandom random, LongAdder deducted) {
            this.client = client;
            this.random = random;
            this.deducted = deducted;
        }

        void call() {
            var unused = client.deduct(SKU, new RequestId(random.nextLong(), random.nextLong()), 1, PATIENCE)
                    .thenAccept(this);
        }

        @Override
        public void accept(DeductionResult result) {
            if (!result.isDeducted()) {
                if (result.outcome() == Outcome.UNAVAILABLE || result.outcome() == Outcome.UNKNOWN) {
                    return;
                }
                throw new AssertionError(result);
            }
            deducted.increment();
            try {
                call();
            } catch (ClosedClientException e) {
                // The end.
            }
        }
    }

    private static final Sku SKU = new Sku("hot");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static void load(int port, int inFlight, int slots, int seconds) throws Exception {
        ScriptedRoutes routes = new ScriptedRoutes();
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        LongAdder deducted = new LongAdder();
        try (ThreadLoop loop = ThreadLoop.start("client");
                GrpcConnector<byte[], byte[]> connector = GrpcConnector.deductions(GrpcSettings.defaults());
                GranaryClient client = GranaryClient.on(
                        loop, routes, connector, ClientSettings.defaults(), RequestId.random(), metrics)) {
            routes.node("a", "127.0.0.1:" + port);
            PartitionEntry[] partitions = new PartitionEntry[slots];
            for (int slot = 0; slot < slots; slot++) {
                partitions[slot] = new PartitionEntry(slot, 1, "a");
            }
            routes.publish(SKU, SkuState.SELLING, slots, partitions);
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < inFlight; i++) {
                new Caller(client, random.split(), deducted).call();
            }
            DistributionSummary frames =
                    metrics.get("granary.client.frame.entries").summary();
            var process = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            for (int round = 0; round < seconds / 5; round++) {
                long count = deducted.sum();
                long cpu = process.getProcessCpuTime();
                long nanos = System.nanoTime();
                double entries = frames.totalAmount();
                long sent = frames.count();
                long loopCpu = cpu("client");
                TimeUnit.SECONDS.sleep(5);
                long done = deducted.sum() - count;
                System.out.printf(
                        "%,d/s, %.3f us CPU each (loop %.3f), %.0f entries a frame%n",
                        done * 1_000_000_000L / (System.nanoTime() - nanos),
                        (process.getProcessCpuTime() - cpu) / 1e3 / done,
                        (cpu("client") - loopCpu) / 1e3 / done,
                        (frames.totalAmount() - entries) / (frames.count() - sent));
            }
        }
    }

    private static long cpu(String threadName) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && info.getThreadName().equals(threadName)) {
                return threads.getThreadCpuTime(info.getThreadId());
            }
        }
        return 0;
    }
}
