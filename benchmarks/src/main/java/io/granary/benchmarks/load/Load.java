// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One run of callers against a shop. Used once, by one thread; the callers run on the shop's threads. */
public final class Load {
    private static final long MAX_LATENCY_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int DIGITS = 3;
    private static final int RETRIES = 1_024;
    private static final long LAST_ANSWER_SECONDS = 60;

    private final LoadSpec spec;
    private final Shop[] shops;
    private final ConcurrentHistogram latency = new ConcurrentHistogram(MAX_LATENCY_NANOS, DIGITS);
    private final AtomicLong requestsLeft;
    private final CountDownLatch ended;
    private final List<Buyer> buyers = new ArrayList<>();
    private final BlockingQueue<Buyer> idle;
    private volatile boolean measuring;
    private volatile boolean stopping;

    /**
     * @param shops one for each product
     */
    public Load(LoadSpec spec, List<? extends Shop> shops) {
        this.spec = spec;
        this.shops = shops.toArray(Shop[]::new);
        this.requestsLeft = new AtomicLong(
                spec.run().requests() == 0 ? Long.MAX_VALUE : spec.run().requests());
        this.ended = new CountDownLatch(spec.run().inFlight());
        this.idle = new ArrayBlockingQueue<>(spec.run().inFlight());
        SplittableRandom random = new SplittableRandom(spec.seed());
        for (int i = 0; i < spec.run().inFlight(); i++) {
            buyers.add(new Buyer(random.split(), i));
        }
    }

    /** Buys again and again. Its calls never overlap, so it needs no lock. */
    private final class Buyer implements Shop.Caller {
        private final SplittableRandom random;
        private int turn;
        private long began;
        long high;
        long low;
        long deducted;
        long refused;
        long unknown;
        boolean bought;

        Buyer(SplittableRandom random, int turn) {
            this.random = random;
            this.turn = turn;
        }

        /** @param now when the request should begin, by {@link System#nanoTime} */
        void begin(long now) {
            high = random.nextLong();
            low = random.nextLong();
            began = now;
            turn++;
            shops[Math.floorMod(turn, shops.length)].deduct(high, low, this);
        }

        @Override
        public void told(Told told) {
            long now = System.nanoTime();
            count(told, now);
            if (spec.run().perSecond() > 0) {
                idle.add(this);
            } else if (mayGoOn()) {
                begin(now);
            } else {
                ended.countDown();
            }
        }

        private void count(Told told, long now) {
            bought = told == Told.DEDUCTED;
            switch (told) {
                case DEDUCTED -> {
                    deducted++;
                    if (measuring) {
                        latency.recordValue(Math.min(Math.max(0, now - began), MAX_LATENCY_NANOS));
                    }
                }
                case REFUSED -> refused++;
                case UNKNOWN -> unknown++;
            }
        }
    }

    private boolean mayGoOn() {
        return !stopping && requestsLeft.decrementAndGet() >= 0;
    }

    /**
     * @throws TimeoutException if callers are not answered within a minute after the end
     */
    public LoadResult run() throws InterruptedException, TimeoutException {
        Thread pacer = new Thread(spec.run().perSecond() > 0 ? this::pace : this::beginAll, "callers");
        pacer.start();
        await(spec.run().warmUpSeconds());
        CpuClock cpu = CpuClock.read(spec.processes());
        long began = System.nanoTime();
        measuring = true;
        await(spec.run().seconds());
        measuring = false;
        double seconds = (System.nanoTime() - began) / 1e9;
        CpuClock cpuThen = CpuClock.read(spec.processes());
        stopping = true;
        pacer.join();
        if (!ended.await(LAST_ANSWER_SECONDS, TimeUnit.SECONDS)) {
            throw new TimeoutException("callers without an answer: " + ended.getCount() + " (expected: none "
                    + LAST_ANSWER_SECONDS + " s after the end)");
        }
        return result(seconds, cpuThen.since(cpu), cpuThen.othersSince(cpu));
    }

    /** Returns early if all callers have ended. */
    private void await(double seconds) throws InterruptedException {
        boolean unused = ended.await((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
    }

    private void beginAll() {
        for (Buyer buyer : buyers) {
            if (mayGoOn()) {
                buyer.begin(System.nanoTime());
            } else {
                ended.countDown();
            }
        }
    }

    /** Begins requests by the clock. One that finds all callers busy begins late, and its latency counts from when it should have. */
    private void pace() {
        idle.addAll(buyers);
        double nanosEach = 1e9 / spec.run().perSecond();
        long began = System.nanoTime();
        long next = 0;
        while (!stopping) {
            long intended = began + (long) (next * nanosEach);
            long early = intended - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
                continue;
            }
            Buyer buyer = takeIdle();
            if (buyer == null) {
                continue;
            }
            if (!mayGoOn()) {
                idle.add(buyer);
                break;
            }
            buyer.begin(intended);
            next++;
        }
        endIdle();
    }

    private @Nullable Buyer takeIdle() {
        try {
            return idle.poll(10, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Each caller ends when it is back. */
    private void endIdle() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LAST_ANSWER_SECONDS);
        while (ended.getCount() > 0 && System.nanoTime() - deadline < 0) {
            if (takeIdle() != null) {
                ended.countDown();
            }
        }
    }

    private LoadResult result(double seconds, Map<String, Double> cpu, double othersCpu)
            throws InterruptedException, TimeoutException {
        Retries retries = new Retries(
                buyers.stream().filter(buyer -> buyer.bought).limit(RETRIES).toList());
        retries.run();
        Histogram measured = latency.copy();
        return new LoadResult(
                buyers.stream().mapToLong(buyer -> buyer.deducted).sum(),
                buyers.stream().mapToLong(buyer -> buyer.refused).sum(),
                buyers.stream().mapToLong(buyer -> buyer.unknown).sum(),
                retries.asked.size(),
                retries.asked.size() - retries.deducted.get(),
                measured.getTotalCount(),
                seconds,
                new LoadResult.Latency(
                        micros(measured, 50),
                        micros(measured, 90),
                        micros(measured, 99),
                        micros(measured, 99.9),
                        micros(measured, 100)),
                cpu,
                othersCpu);
    }

    private static double micros(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e3;
    }

    /** Everybody who was told DEDUCTED last asks again with the same id, and must be told the same. */
    private final class Retries {
        final List<Buyer> asked;
        final AtomicLong deducted = new AtomicLong();
        private final CountDownLatch answered;

        Retries(List<Buyer> asked) {
            this.asked = asked;
            this.answered = new CountDownLatch(asked.size());
        }

        void run() throws InterruptedException, TimeoutException {
            for (Buyer buyer : asked) {
                shops[Math.floorMod(buyer.turn, shops.length)].deduct(buyer.high, buyer.low, told -> {
                    if (told == Told.DEDUCTED) {
                        deducted.incrementAndGet();
                    }
                    answered.countDown();
                });
            }
            if (!answered.await(LAST_ANSWER_SECONDS, TimeUnit.SECONDS)) {
                throw new TimeoutException("retries without an answer: " + answered.getCount() + " (expected: none)");
            }
        }
    }
}
