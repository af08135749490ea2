// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;
import io.granary.record.Entries;
import io.granary.registry.NodeEntry;
import io.granary.registry.PartitionEntry;
import io.granary.registry.Routes;
import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import io.granary.testing.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Nodes, a log, a registry and a network for one SKU, all in memory and on one thread, whose every delay and fault comes
 * from a seed. It is far simpler than the real ones, but it has what makes the client's work hard: answers that get lost
 * after the deed, owners that are replaced and do not know it, frames of old streams that arrive late, views of the
 * registry that are old.
 *
 * <p>The truth is {@link Partition}: what its log has, and the epoch that may add to it.
 */
final class RandomCluster implements Connector<byte[], byte[]>, Routes {
    static final Sku SKU = new Sku("sku-1");

    /** What the log and the allocator know of a slot. */
    static final class Partition {
        final int slot;
        final Map<RequestId, Integer> stored = new LinkedHashMap<>();
        long granted;
        long consumed;
        long epoch;
        Node owner;

        Partition(int slot) {
            this.slot = slot;
        }
    }

    /** What a node believes of a slot. */
    private static final class Holding {
        final long epoch;
        final Map<RequestId, Integer> done;
        final Map<RequestId, Integer> unacknowledged = new HashMap<>();
        final Map<RequestId, List<Waiter>> waiters = new HashMap<>();
        long granted;
        long remaining;

        Holding(long epoch, Map<RequestId, Integer> done, long granted, long remaining) {
            this.epoch = epoch;
            this.done = new HashMap<>(done);
            this.granted = granted;
            this.remaining = remaining;
        }
    }

    private record Waiter(Stream stream, int frameId, int index, int quantity) {}

    /** One incarnation of a node. */
    final class Node {
        final String name;
        final Map<Integer, Holding> holdings = new HashMap<>();
        final Map<Long, Long> generations = new HashMap<>();
        final Map<Integer, PartitionEntry> entries = new TreeMap<>();
        boolean dead;
        long pausedUntilNanos;

        Node(String name) {
            this.name = name;
        }

        /** Runs the task when the node runs; never if it dies before. */
        void run(Runnable task) {
            long wait = pausedUntilNanos - loop.nanoTime();
            if (wait > 0) {
                loop.schedule(Duration.ofNanos(wait), () -> run(task));
            } else if (!dead) {
                task.run();
            }
        }

        void received(Stream stream, ClientFrame frame) {
            if (frame instanceof ClientFrame.Open open) {
                stream.generation = open.generation();
                generations.merge(open.sessionLow(), open.generation(), Math::max);
                stream.session = open.sessionLow();
                stream.answer(new NodeFrame.Welcome(open.generation()).encode());
            } else if (frame instanceof ClientFrame.Deduct deduct) {
                if (generations.getOrDefault(stream.session, 0L) > stream.generation) {
                    return;
                }
                int index = 0;
                for (ClientFrame.Group group : deduct.groups()) {
                    Entries entries = group.entries();
                    for (int i = 0; i < entries.count(); i++) {
                        deduct(
                                group.partition().slot(),
                                group.epoch(),
                                new RequestId(entries.high(i), entries.low(i)),
                                entries.quantity(i),
                                new Waiter(stream, deduct.frameId(), index++, entries.quantity(i)));
                    }
                }
            }
        }

        private void deduct(int slot, long epoch, RequestId id, int quantity, Waiter waiter) {
            Holding holding = holdings.get(slot);
            if (chaos && chance(0.03)) {
                answer(waiter, Answer.THROTTLED, 0);
            } else if (holding == null || holding.epoch != epoch) {
                answer(waiter, Answer.NOT_OWNER, holding == null ? 0 : holding.epoch);
            } else if (holding.done.containsKey(id)) {
                boolean same = holding.done.get(id) == quantity;
                answer(waiter, same ? Answer.DEDUCTED : Answer.CONFLICT, same ? 0 : holding.done.get(id));
            } else if (holding.unacknowledged.containsKey(id)) {
                holding.waiters.get(id).add(waiter);
            } else if (holding.remaining < quantity) {
                long left = left();
                boolean final1 = holding.epoch == partitions.get(slot).epoch && left < quantity && chance(0.5);
                answer(waiter, final1 ? Answer.EXCEEDS_ACTUAL : Answer.INSUFFICIENT, final1 ? left : holding.remaining);
            } else {
                holding.remaining -= quantity;
                holding.unacknowledged.put(id, quantity);
                holding.waiters.put(id, new ArrayList<>(List.of(waiter)));
                append(slot, holding, id, quantity);
                if (holding.remaining == 0) {
                    register(slot, holding.epoch);
                }
            }
        }

        /** The record arrives at the log some time later, and the acknowledgement some time after that. */
        private void append(int slot, Holding holding, RequestId id, int quantity) {
            Partition truth = partitions.get(slot);
            loop.schedule(delay(), () -> {
                boolean valid = truth.epoch == holding.epoch;
                if (valid && truth.stored.putIfAbsent(id, quantity) == null) {
                    truth.consumed += quantity;
                }
                loop.schedule(delay(), () -> run(() -> appended(slot, holding, id, quantity, valid)));
            });
        }

        private void appended(int slot, Holding holding, RequestId id, int quantity, boolean valid) {
            List<Waiter> waiters = holding.waiters.remove(id);
            holding.unacknowledged.remove(id);
            if (chaos && chance(0.02)) {
                // The log has trouble: the node can't tell, and serves the partition no more.
                close(slot, holding);
                waiters.forEach(waiter -> answer(waiter, Answer.UNKNOWN, 0));
            } else if (valid) {
                holding.done.put(id, quantity);
                waiters.forEach(waiter -> {
                    boolean same = waiter.quantity == quantity;
                    answer(waiter, same ? Answer.DEDUCTED : Answer.CONFLICT, same ? 0 : quantity);
                });
            } else {
                close(slot, holding);
                Holding now = holdings.get(slot);
                waiters.forEach(waiter -> answer(waiter, Answer.NOT_OWNER, now == null ? 0 : now.epoch));
            }
        }

        private void close(int slot, Holding holding) {
            if (holdings.get(slot) == holding) {
                holdings.remove(slot);
                unregister(slot, holding.epoch);
            }
        }

        private void answer(Waiter waiter, Answer answer, long detail) {
            waiter.stream.answer(
                    new NodeFrame.Builder().answer(waiter.index, answer, detail).build(waiter.frameId));
        }

        void open(Partition truth, long epoch) {
            if (truth.epoch != epoch) {
                return; // Replaced before it began: in truth it would find its own fence.
            }
            Holding holding = new Holding(epoch, truth.stored, truth.granted, truth.granted - truth.consumed);
            Holding before = holdings.put(truth.slot, holding);
            if (before != null) {
                unregister(truth.slot, before.epoch);
            }
            register(truth.slot, epoch);
        }

        void grant(int slot, long epoch, long granted) {
            Holding holding = holdings.get(slot);
            if (holding != null && holding.epoch == epoch && granted > holding.granted) {
                boolean exhausted = holding.remaining == 0;
                holding.remaining += granted - holding.granted;
                holding.granted = granted;
                if (exhausted) {
                    register(slot, epoch);
                }
            }
        }

        private void register(int slot, long epoch) {
            loop.schedule(delay(), () -> {
                Holding now = holdings.get(slot);
                if (!dead && now != null && now.epoch == epoch) {
                    entries.put(slot, new PartitionEntry(slot, epoch, name, now.remaining == 0));
                    changed();
                }
            });
        }

        private void unregister(int slot, long epoch) {
            loop.schedule(delay(), () -> {
                PartitionEntry entry = entries.get(slot);
                if (entry != null && entry.epoch() == epoch) {
                    entries.remove(slot);
                    changed();
                }
            });
        }
    }

    /** A stream between the client and a node: ordered each way, until it breaks. */
    private final class Stream implements Link<byte[]> {
        final Node node;
        final LinkListener<byte[]> client;
        long session;
        long generation;
        boolean broken;
        long upNanos;
        long downNanos;

        Stream(Node node, LinkListener<byte[]> client) {
            this.node = node;
            this.client = client;
        }

        @Override
        public void send(byte[] message) {
            if (broken) {
                return;
            }
            if (chaos && chance(0.01)) {
                breakOff();
            }
            // Also after the break: a frame that is under way may arrive when nobody thinks of it any more.
            ClientFrame frame = ClientFrame.decode(message);
            upNanos = Math.max(upNanos, loop.nanoTime() + delay().toNanos());
            at(upNanos, () -> {
                if (!broken) {
                    node.run(() -> node.received(this, frame));
                } else if (random.nextBoolean()) {
                    Duration late = Duration.ofMillis(random.nextInt(100));
                    loop.schedule(late, () -> node.run(() -> node.received(this, frame)));
                }
            });
        }

        void answer(byte[] message) {
            downNanos = Math.max(downNanos, loop.nanoTime() + delay().toNanos());
            at(downNanos, () -> {
                if (!broken) {
                    client.onMessage(message);
                }
            });
            if (chaos && chance(0.01)) {
                breakOff();
            }
        }

        void breakOff() {
            if (!broken) {
                broken = true;
                loop.schedule(delay(), () -> client.onBroken("broken by chance"));
            }
        }

        @Override
        public boolean isReady() {
            return !(chaos && chance(0.02)) || !readyLater();
        }

        private boolean readyLater() {
            loop.schedule(delay(), client::onReady);
            return true;
        }

        @Override
        public void close() {
            breakOff();
        }
    }

    final List<Partition> partitions = new ArrayList<>();
    final List<Node> nodes = new ArrayList<>();
    private final List<Stream> streams = new ArrayList<>();
    private final ManualLoop loop;
    private final Random random;
    boolean chaos = true;
    long received;
    private long inventory;
    private boolean unreachable;
    /** When it was last sold out. */
    private long soldOutNanos = Long.MIN_VALUE;

    private boolean followed;
    private Routes.Listener listener;
    private Optional<SkuView> told = Optional.empty();

    RandomCluster(ManualLoop loop, Random random) {
        this.loop = loop;
        this.random = random;
        received = List.of(5, 30, 200).get(random.nextInt(3));
        inventory = received;
        int slots = 1 + random.nextInt(4);
        for (int slot = 0; slot < slots; slot++) {
            partitions.add(new Partition(slot));
        }
    }

    /** Call after the client listens. */
    void start() {
        for (int i = 0; i < 2 + random.nextInt(2); i++) {
            spawn();
        }
        partitions.forEach(this::takeOver);
        loop.schedule(Duration.ofMillis(10), this::tick);
    }

    long left() {
        return received - partitions.stream().mapToLong(p -> p.consumed).sum();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(left() + " left, " + inventory + " in the inventory, view " + view());
        for (Partition partition : partitions) {
            Holding holding = partition.owner.holdings.get(partition.slot);
            text.append("\nslot ").append(partition.slot).append(": ").append(partition.granted - partition.consumed);
            text.append(" left, epoch ").append(partition.epoch).append(" at ").append(partition.owner.name);
            if (holding != null) {
                text.append(", which holds epoch ")
                        .append(holding.epoch)
                        .append(" with ")
                        .append(holding.remaining);
            }
        }
        return text.toString();
    }

    /** Whether a caller could have been told since that moment that all is sold. */
    boolean wasSoldOutSince(long nanos) {
        return left() == 0 || soldOutNanos >= nanos;
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private Duration delay() {
        int[] micros = {50, 100, 100, 300, 1_000, 20_000};
        return Duration.ofNanos(1_000L * (chaos ? micros[random.nextInt(micros.length)] : 100));
    }

    private void at(long nanos, Runnable task) {
        loop.schedule(Duration.ofNanos(nanos - loop.nanoTime()), task);
    }

    private List<Node> live() {
        return nodes.stream().filter(node -> !node.dead).toList();
    }

    private Node any() {
        List<Node> live = live();
        return live.get(random.nextInt(live.size()));
    }

    private void spawn() {
        Node node = new Node("node-" + nodes.size());
        nodes.add(node);
        listener.onNode(node.name, Optional.of(new NodeEntry(node.name, node.name, 1)));
    }

    private void takeOver(Partition partition) {
        partition.epoch++;
        partition.owner = any();
        long epoch = partition.epoch;
        Node owner = partition.owner;
        loop.schedule(delay(), () -> owner.run(() -> owner.open(partition, epoch)));
    }

    private void tick() {
        if (chaos) {
            if (chance(0.1)) {
                takeOver(partitions.get(random.nextInt(partitions.size())));
            }
            if (chance(0.03) && live().size() > 1) {
                die(any());
            }
            if (live().size() < 3 && chance(0.1)) {
                spawn();
            }
            if (chance(0.1)) {
                any().pausedUntilNanos = loop.nanoTime() + 1_000_000L * random.nextInt(200);
            }
            if (chance(0.05)) {
                unreachable = !unreachable;
            }
            if (left() == 0 && chance(0.1)) {
                soldOutNanos = loop.nanoTime();
                received += 5;
                inventory += 5;
            }
        }
        for (Partition partition : partitions) {
            Node owner = partition.owner;
            Holding holding = owner.holdings.get(partition.slot);
            boolean gone = owner.dead || holding == null || holding.epoch != partition.epoch;
            if (gone && chance(chaos ? 0.1 : 0.5)) {
                takeOver(partition);
            } else {
                if (inventory > 0 && chance(0.3)) {
                    long units = 1L + random.nextInt((int) Math.max(1, inventory / 2));
                    inventory -= units;
                    partition.granted += units;
                }
                long granted = partition.granted;
                long epoch = partition.epoch;
                loop.schedule(delay(), () -> owner.run(() -> owner.grant(partition.slot, epoch, granted)));
            }
        }
        changed();
        loop.schedule(Duration.ofMillis(10), this::tick);
    }

    private void die(Node node) {
        node.dead = true;
        streams.stream().filter(stream -> stream.node == node).forEach(Stream::breakOff);
        loop.schedule(Duration.ofMillis(1L + random.nextInt(200)), () -> {
            node.entries.clear();
            listener.onNode(node.name, Optional.empty());
            changed();
        });
    }

    void heal() {
        chaos = false;
        unreachable = false;
        nodes.forEach(node -> node.pausedUntilNanos = 0);
        changed();
    }

    // The registry

    private Optional<SkuView> view() {
        Map<Integer, PartitionEntry> highest = new TreeMap<>();
        for (Node node : nodes) {
            for (PartitionEntry entry : node.entries.values()) {
                highest.merge(entry.slot(), entry, (a, b) -> a.epoch() > b.epoch() ? a : b);
            }
        }
        SkuState state = left() == 0 ? SkuState.SOLD_OUT : SkuState.SELLING;
        return Optional.of(new SkuView(state, partitions.size(), List.copyOf(highest.values())));
    }

    private void changed() {
        if (followed && !unreachable) {
            loop.schedule(delay(), () -> {
                Optional<SkuView> now = view();
                if (!now.equals(told)) {
                    told = now;
                    listener.onSku(SKU, now);
                }
            });
        }
    }

    @Override
    public void listen(Routes.Listener newListener) {
        listener = newListener;
    }

    @Override
    public void follow(Sku sku) {
        followed = true;
        changed();
    }

    @Override
    public void forget(Sku sku) {
        throw new AssertionError("the SKU exists");
    }

    @Override
    public CompletableFuture<Optional<SkuView>> refresh(Sku sku) {
        CompletableFuture<Optional<SkuView>> read = new CompletableFuture<>();
        loop.schedule(delay(), () -> {
            if (unreachable) {
                read.completeExceptionally(new IllegalStateException("out of reach"));
                return;
            }
            Optional<SkuView> now = view();
            loop.schedule(delay(), () -> read.complete(now));
        });
        return read;
    }

    // The network

    @Override
    public Link<byte[]> connect(String address, LinkListener<byte[]> client) {
        Node node =
                nodes.stream().filter(n -> n.name.equals(address)).findFirst().orElseThrow();
        Stream stream = new Stream(node, client);
        streams.add(stream);
        if (node.dead) {
            stream.breakOff();
        } else {
            loop.schedule(delay(), client::onReady);
        }
        return stream;
    }

    @Override
    public void close() {}
}
