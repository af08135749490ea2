// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.Cluster;
import io.granary.registry.NodeEntry;
import io.granary.registry.NodeRegistration;
import io.granary.registry.NotLeadingException;
import io.granary.registry.PartitionEntry;
import io.granary.registry.RegistryUnavailableException;
import io.granary.registry.Routes;
import io.granary.registry.SkuEntry;
import io.granary.registry.SkuView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper: who lives, who serves what, who leads. What a process has entered vanishes with its session, which may
 * expire while the process lives; views come late. Two allocators may believe that they lead. While all of it is gone
 * nothing is told, what is asked is refused, what is to be entered waits, and whoever leads does not know it any more.
 */
final class SimRegistry {
    private record Owner(SimProcess process, boolean exhausted) {}

    private final Scheduler scheduler;
    private final Map<SimProcess, NodeEntry> nodes = new LinkedHashMap<>();
    private final Map<Sku, SkuEntry> skus = new TreeMap<>();
    private final Map<PartitionId, Map<Long, Owner>> partitions = new TreeMap<>();
    private final Map<SimProcess, String> incarnations = new LinkedHashMap<>();
    private final Set<SimProcess> expired = new LinkedHashSet<>();
    private final List<RoutesView> routes = new ArrayList<>();
    private final List<ClusterView> clusters = new ArrayList<>();
    private final List<RegistrationView> registrations = new ArrayList<>();
    private @Nullable ClusterView leader;
    private Faults faults = Faults.NONE;
    private final Outage outage;

    private final Trace trace;

    SimRegistry(Scheduler scheduler, Trace trace) {
        this.scheduler = scheduler;
        this.trace = trace;
        outage = new Outage(scheduler, trace, "the registry");
    }

    void faults(Faults now) {
        faults = now;
    }

    private Duration delay() {
        return scheduler.chance(faults.slow()) ? scheduler.micros(2_000, 80_000) : scheduler.micros(200, 2_000);
    }

    /** All of it is gone for a while. What expires meanwhile does so when it is back. */
    void goAway(Duration length) {
        boolean begins = !outage.isOn();
        outage.begin(length);
        if (begins) {
            if (leader != null) {
                leader.follow();
                leader = null;
            }
            outage.whenOver(this::isBack);
        }
    }

    void comeBack() {
        outage.end();
    }

    /**
     * Sessions of a registry that stood still are over at once, but of those who reach it before it looks; one that was
     * started again gives everybody all the time once more.
     */
    private void isBack() {
        if (scheduler.chance(0.5)) {
            trace.say(scheduler, "sessions expire");
            for (RegistrationView view : List.copyOf(registrations)) {
                expireUnless(view.process);
            }
            for (ClusterView view : List.copyOf(clusters)) {
                expireUnless(view.process);
            }
        }
        skus.keySet().forEach(this::skuChanged);
        incarnations.values().forEach(name -> routes.forEach(view -> view.tellNode(name)));
        clusters.forEach(ClusterView::tellNodes);
        allocatorsChanged();
        scheduler.after(scheduler.micros(1_000, 20_000), this::elect);
    }

    private void expireUnless(SimProcess process) {
        if (!process.isDead() && scheduler.chance(process.isPaused() ? 1 : 0.7)) {
            expire(process);
        }
    }

    /** The session of a process is over; if the process lives and runs, it gets another one after a while. */
    void expire(SimProcess process) {
        if (outage.isOn()) {
            outage.whenOver(() -> expire(process));
            return;
        }
        if (!expired.add(process)) {
            return;
        }
        trace.say(scheduler, "no session: " + process.name());
        nodes.remove(process);
        List<Sku> touched = new ArrayList<>();
        partitions.forEach((id, owners) -> {
            if (owners.values().removeIf(owner -> owner.process() == process)) {
                touched.add(id.sku());
            }
        });
        touched.forEach(this::skuChanged);
        nodesChanged(Optional.ofNullable(incarnations.get(process)));
        if (leader != null && leader.process == process) {
            leader.follow();
            leader = null;
        }
        allocatorsChanged();
        elect();
        renewWhenAwake(process);
    }

    private void renewWhenAwake(SimProcess process) {
        if (process.isDead()) {
            return;
        }
        if (process.isPaused()) {
            scheduler.after(Duration.ofMillis(20), () -> renewWhenAwake(process));
            return;
        }
        Duration away = scheduler.chance(0.5) ? delay() : scheduler.micros(5_000, 200_000);
        process.after(away, () -> outage.whenOver(() -> renew(process)));
    }

    private void renew(SimProcess process) {
        process.run(() -> {
            expired.remove(process);
            trace.say(scheduler, "new session: " + process.name());
            for (RegistrationView registration : registrations) {
                if (registration.process == process) {
                    registration.enterAll();
                }
            }
            allocatorsChanged();
            elect();
        });
    }

    private boolean isLive(SimProcess process) {
        return !expired.contains(process);
    }

    private Optional<SkuView> view(Sku sku) {
        SkuEntry entry = skus.get(sku);
        if (entry == null) {
            return Optional.empty();
        }
        List<PartitionEntry> entries = new ArrayList<>();
        partitions.forEach((id, owners) -> {
            if (id.sku().equals(sku) && !owners.isEmpty()) {
                long highest = owners.keySet().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0);
                Owner owner = owners.get(highest);
                if (owner != null) {
                    entries.add(new PartitionEntry(
                            id.slot(), highest, incarnations.getOrDefault(owner.process(), "?"), owner.exhausted()));
                }
            }
        });
        return Optional.of(new SkuView(entry.state(), entry.slots(), entries));
    }

    private void skuChanged(Sku sku) {
        routes.forEach(view -> view.tell(sku));
    }

    private void nodesChanged(Optional<String> incarnation) {
        incarnation.ifPresent(name -> routes.forEach(view -> view.tellNode(name)));
        clusters.forEach(ClusterView::tellNodes);
    }

    private void allocatorsChanged() {
        clusters.forEach(ClusterView::tellAllocators);
    }

    private void elect() {
        if (leader != null || outage.isOn()) {
            return;
        }
        for (ClusterView view : clusters) {
            if (isLive(view.process) && !view.process.isDead()) {
                leader = view;
                view.lead();
                return;
            }
        }
    }

    /** Another allocator leads; the former one may hear of it much later. */
    void depose() {
        ClusterView former = leader;
        if (former == null || clusters.size() < 2 || outage.isOn()) {
            return;
        }
        trace.say(scheduler, "deposed: " + former.name);
        leader = null;
        clusters.remove(former);
        clusters.add(former);
        elect();
        former.process.after(scheduler.micros(0, 100_000), () -> {
            if (leader != former) {
                former.listener.onFollowing();
            }
        });
    }

    NodeRegistration registration(SimProcess process) {
        RegistrationView view = new RegistrationView(process);
        registrations.add(view);
        return view;
    }

    Routes routes(SimProcess process) {
        RoutesView view = new RoutesView(process);
        routes.add(view);
        process.onCrash(() -> routes.remove(view));
        return view;
    }

    Cluster cluster(SimProcess process) {
        return new ClusterJoin(process);
    }

    private final class RegistrationView implements NodeRegistration {
        private final SimProcess process;
        private final Map<PartitionId, Long> wanted = new LinkedHashMap<>();
        private final Set<PartitionId> exhausted = new LinkedHashSet<>();
        private @Nullable NodeEntry entry;
        private boolean closed;

        RegistrationView(SimProcess process) {
            this.process = process;
        }

        private void later(Runnable change) {
            process.after(
                    delay(),
                    () -> outage.whenOver(() -> process.run(() -> {
                        if (isLive(process)) {
                            change.run();
                        }
                    })));
        }

        @Override
        public void publish(NodeEntry node) {
            entry = node;
            incarnations.put(process, node.incarnation());
            later(this::enterNode);
        }

        private void enterNode() {
            if (entry != null && !closed) {
                nodes.put(process, entry);
                nodesChanged(Optional.of(entry.incarnation()));
            }
        }

        @Override
        public void register(PartitionId partition, long epoch) {
            exhausted.remove(partition);
            want(partition, epoch);
        }

        @Override
        public void registerExhausted(PartitionId partition, long epoch) {
            exhausted.add(partition);
            want(partition, epoch);
        }

        private void want(PartitionId partition, long epoch) {
            if (closed) {
                return;
            }
            wanted.merge(partition, epoch, Math::max);
            later(() -> enter(partition));
        }

        private void enter(PartitionId partition) {
            Long epoch = wanted.get(partition);
            if (epoch != null) {
                partitions
                        .computeIfAbsent(partition, p -> new TreeMap<>())
                        .put(epoch, new Owner(process, exhausted.contains(partition)));
                skuChanged(partition.sku());
            }
        }

        @Override
        public void deregister(PartitionId partition, long epoch) {
            wanted.remove(partition, epoch);
            later(() -> {
                if (!Long.valueOf(epoch).equals(wanted.get(partition))) {
                    remove(partition, epoch);
                }
            });
        }

        private void remove(PartitionId partition, long epoch) {
            Map<Long, Owner> owners = partitions.get(partition);
            Owner owner = owners == null ? null : owners.get(epoch);
            if (owners != null && owner != null && owner.process() == process) {
                owners.remove(epoch);
                skuChanged(partition.sku());
            }
        }

        void enterAll() {
            enterNode();
            List.copyOf(wanted.keySet()).forEach(this::enter);
        }

        @Override
        public void close() {
            closed = true;
            wanted.clear();
            expire(process);
        }
    }

    private static RegistryUnavailableException gone() {
        return new RegistryUnavailableException("the registry is gone");
    }

    private final class RoutesView implements Routes {
        private final SimProcess process;
        private final Set<Sku> followed = new LinkedHashSet<>();
        private Routes.@Nullable Listener listener;

        RoutesView(SimProcess process) {
            this.process = process;
        }

        @Override
        public void listen(Routes.Listener heard) {
            listener = heard;
            nodes.values().forEach(node -> tellNode(node.incarnation()));
        }

        void tellNode(String incarnation) {
            process.after(delay(), () -> {
                if (listener != null && !outage.isOn()) {
                    listener.onNode(
                            incarnation,
                            nodes.values().stream()
                                    .filter(node -> node.incarnation().equals(incarnation))
                                    .findFirst());
                }
            });
        }

        void tell(Sku sku) {
            if (followed.contains(sku)) {
                process.after(delay(), () -> {
                    if (listener != null && followed.contains(sku) && !outage.isOn()) {
                        listener.onSku(sku, view(sku));
                    }
                });
            }
        }

        @Override
        public void follow(Sku sku) {
            if (followed.add(sku)) {
                tell(sku);
            }
        }

        @Override
        public void forget(Sku sku) {
            followed.remove(sku);
        }

        @Override
        public CompletableFuture<Optional<SkuView>> refresh(Sku sku) {
            CompletableFuture<Optional<SkuView>> result = new CompletableFuture<>();
            scheduler.after(delay(), () -> {
                if (outage.isOn()) {
                    process.after(delay(), () -> result.completeExceptionally(gone()));
                    return;
                }
                Optional<SkuView> seen = view(sku);
                process.after(delay(), () -> result.complete(seen));
            });
            return result;
        }

        @Override
        public void close() {
            routes.remove(this);
        }
    }

    private final class ClusterJoin implements Cluster {
        private final SimProcess process;
        private @Nullable ClusterView view;

        ClusterJoin(SimProcess process) {
            this.process = process;
        }

        @Override
        public void join(String allocator, String address, Cluster.Listener listener) {
            ClusterView joined = new ClusterView(process, allocator, listener);
            view = joined;
            clusters.add(joined);
            process.onCrash(this::close);
            joined.tellNodes();
            allocatorsChanged();
            elect();
        }

        @Override
        public CompletableFuture<Void> publish(Map<Sku, SkuEntry> entries) {
            CompletableFuture<Void> result = new CompletableFuture<>();
            Map<Sku, SkuEntry> copy = new TreeMap<>(entries);
            scheduler.after(delay(), () -> {
                if (outage.isOn()) {
                    process.after(delay(), () -> result.completeExceptionally(gone()));
                    return;
                }
                // Written on the condition that the leader's own node is there.
                if (leader == null || leader != view) {
                    process.after(
                            delay(), () -> result.completeExceptionally(new NotLeadingException("another one leads")));
                    return;
                }
                copy.forEach((sku, entry) -> {
                    if (!entry.equals(skus.put(sku, entry))) {
                        trace.say(scheduler, sku, () -> sku + " is published as " + entry);
                        skuChanged(sku);
                    }
                });
                process.after(delay(), () -> result.complete(null));
            });
            return result;
        }

        @Override
        public CompletableFuture<List<Sku>> skus() {
            CompletableFuture<List<Sku>> result = new CompletableFuture<>();
            process.after(delay(), () -> {
                if (outage.isOn()) {
                    result.completeExceptionally(gone());
                } else {
                    result.complete(List.copyOf(skus.keySet()));
                }
            });
            return result;
        }

        @Override
        public void close() {
            ClusterView closing = view;
            if (closing != null) {
                clusters.remove(closing);
                if (leader == closing) {
                    leader = null;
                    scheduler.after(scheduler.micros(1_000, 50_000), SimRegistry.this::elect);
                }
                allocatorsChanged();
            }
        }
    }

    private final class ClusterView {
        private final SimProcess process;
        private final String name;
        private final Cluster.Listener listener;

        ClusterView(SimProcess process, String name, Cluster.Listener listener) {
            this.process = process;
            this.name = name;
            this.listener = listener;
        }

        void lead() {
            process.after(delay(), () -> {
                if (leader == this) {
                    listener.onLeading();
                }
            });
        }

        void follow() {
            process.after(delay(), () -> {
                if (leader != this) {
                    listener.onFollowing();
                }
            });
        }

        void tellNodes() {
            process.after(delay(), () -> {
                if (!outage.isOn()) {
                    Map<String, NodeEntry> live = new TreeMap<>();
                    nodes.values().forEach(node -> live.put(node.incarnation(), node));
                    listener.onNodes(live);
                }
            });
        }

        void tellAllocators() {
            process.after(delay(), () -> {
                if (!outage.isOn()) {
                    listener.onAllocators(clusters.stream()
                            .filter(view -> isLive(view.process))
                            .map(view -> view.name)
                            .sorted()
                            .map(name -> new AllocatorEntry(name, ""))
                            .toList());
                }
            });
        }
    }
}
