// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.granary.allocator.allocation.AllocationPlanner;
import io.granary.allocator.allocation.AllocationSettings;
import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.GrantPolicy;
import io.granary.allocator.allocation.Levelling;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SlotView;
import io.granary.concurrent.Loop;
import io.granary.metrics.MeterScope;
import io.granary.model.Sku;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.Connector;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.Cluster;
import io.granary.registry.NodeEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans once the registry says that this allocator leads, until it names another one or the books know of a later term:
 * opens partitions on nodes, grants, gathers, takes over from nodes that are gone, and says in the registry what is sold.
 * Two leaders at once do no harm: each takes a term from the books, which refuse the writes of earlier terms, and nodes
 * hear only the highest. So a registry that can't be asked ends no term; only a new one is not begun without it.
 *
 * <p>Thread-safe: everything hops to the loop.
 */
public final class Leader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leader.class);
    private static final Duration TERM_PAUSE = Duration.ofSeconds(1);

    /** Hears when this allocator begins and ends to lead; on the loop. */
    public interface Terms {
        /** It leads: the books refuse earlier leaders from now on. */
        void onTerm(long term);

        void onTermOver();
    }

    private final Tenure.Parts parts;
    private final int lanes;
    private final Terms terms;
    private final Loop loop;
    private final Duration announceWait;
    // On the loop:
    private Map<String, NodeEntry> nodes = Map.of();
    private List<AllocatorEntry> allocators = List.of();
    private boolean leading;
    private boolean inReach = true;
    private boolean closed;
    private boolean taking;
    private @Nullable Tenure tenure;

    /**
     * Does nothing until it is told that it leads.
     *
     * @param name this allocator's, for people
     * @param lanes how many lanes the log has
     * @param loop runs everything but the store
     * @param blocking runs the store, on several threads if it can
     * @param connector to the nodes; stays open
     */
    public Leader(
            String name,
            int lanes,
            LeaderSettings settings,
            AllocationSettings allocation,
            Loop loop,
            Executor blocking,
            AllocationStore store,
            Cluster cluster,
            Connector<LeaderMessage, NodeMessage> connector,
            Terms terms,
            MeterScope meters) {
        AllocationPlanner planner = new AllocationPlanner(new GrantPolicy(allocation));
        parts = new Tenure.Parts(
                name, settings, planner, loop, blocking, store, cluster, connector, new LeaderMetrics(meters));
        this.lanes = lanes;
        this.terms = terms;
        this.loop = loop;
        announceWait = settings.announceWait();
    }

    /** The live nodes, all of them. */
    public void setNodes(Map<String, NodeEntry> live) {
        Map<String, NodeEntry> copy = ImmutableMap.copyOf(live);
        loop.execute(() -> {
            nodes = copy;
            if (tenure != null) {
                tenure.setNodes(copy);
            }
        });
    }

    /** The live allocators, all of them. */
    public void setAllocators(List<AllocatorEntry> live) {
        List<AllocatorEntry> copy = List.copyOf(live);
        loop.execute(() -> {
            allocators = copy;
            if (tenure != null) {
                tenure.setAllocators(copy);
            }
        });
    }

    /** The registry says that this allocator leads, or that another one does. */
    public void setLeading(boolean leads) {
        loop.execute(() -> {
            leading = leads && !closed;
            if (leading) {
                takeTerm();
            } else {
                endTerm();
            }
        });
    }

    /** Whether the registry can be asked. While it can't, who leads goes on, but does not try to lead again. */
    public void setReach(boolean canBeAsked) {
        loop.execute(() -> {
            boolean could = inReach;
            inReach = canBeAsked;
            parts.metrics().reaches(canBeAsked);
            if (could && !inReach) {
                LOG.warn("The registry is out of reach: what is known stays known, and whoever leads goes on");
            } else if (!could && inReach) {
                LOG.info("The registry can be asked again");
            }
            if (!could && inReach && tenure != null) {
                tenure.onReach();
            }
            if (inReach && leading) {
                takeTerm();
            }
        });
    }

    /** Settlement has changed the books of these SKUs. */
    public void onSettled(Set<Sku> skus) {
        loop.execute(() -> {
            if (tenure != null) {
                tenure.onSettled(skus);
            }
        });
    }

    /** A stock update has changed the books of these SKUs, or will not after all. */
    public void onStockChanged(Set<Sku> skus) {
        loop.execute(() -> {
            if (tenure != null) {
                tenure.onStockChanged(skus);
            }
        });
    }

    /** Something has changed the books of these SKUs in its own way: they are looked at now. */
    public void lookAt(Set<Sku> skus) {
        Set<Sku> copy = ImmutableSet.copyOf(skus);
        loop.offer(() -> {
            if (tenure != null) {
                tenure.lookAt(copy);
            }
        });
    }

    /** Operators have written something about these SKUs into the books. */
    public void onIntentions(Set<Sku> skus) {
        loop.execute(() -> {
            if (tenure != null) {
                tenure.onIntentions(skus);
            }
        });
    }

    /** Operators have said which nodes are to be drained, or not any more. */
    public void onDrains() {
        loop.offer(() -> {
            if (tenure != null) {
                tenure.onDrains();
            }
        });
    }

    /**
     * To be asked before stock is added: completes when neither a node nor the registry tells anybody any more that
     * these SKUs have little or nothing, so that a refusal was true at some moment while it was asked for. To be
     * followed by {@link #onStockChanged}. Fails if this allocator does not lead, or the registry can't be written.
     */
    public CompletableFuture<Void> announce(Set<Sku> skus) {
        Set<Sku> copy = ImmutableSet.copyOf(skus);
        CompletableFuture<Void> announced = new CompletableFuture<>();
        try {
            loop.execute(() -> announce(copy, announced));
        } catch (RejectedExecutionException e) {
            announced.completeExceptionally(e);
        }
        return announced;
    }

    private void announce(Set<Sku> skus, CompletableFuture<Void> announced) {
        if (tenure == null) {
            announced.completeExceptionally(new IllegalStateException("this allocator does not lead"));
            return;
        }
        Loop.Timer timer = loop.schedule(
                announceWait,
                () -> announced.completeExceptionally(
                        new IllegalStateException("a restock could not be announced within " + announceWait)));
        var unused = tenure.announce(skus).whenComplete((done, fault) -> {
            timer.cancel();
            if (fault == null) {
                announced.complete(null);
            } else {
                announced.completeExceptionally(fault);
            }
        });
    }

    /** What it sees now; fails if this allocator does not lead. */
    public CompletableFuture<LeaderLook> look() {
        return whileLeading(present -> CompletableFuture.completedFuture(present.look()));
    }

    /**
     * What the owners of a SKU's partitions say of them now, by slot: asked anew, and waited for, but not for longer than
     * a second. Fails if this allocator does not lead.
     */
    public CompletableFuture<Map<Integer, PartitionLook>> lookAt(Sku sku) {
        return whileLeading(present -> present.lookAt(sku));
    }

    /**
     * Does something to the books of a SKU under the present term, and has the owners of its partitions told. Fails as the
     * deed does, or if this allocator does not lead.
     *
     * @param deed writes, given the term; on a thread that may block
     */
    public <T> CompletableFuture<T> carryOut(Sku sku, LongFunction<T> deed) {
        return whileLeading(present -> present.carryOut(sku, deed));
    }

    /** What it sees now of all slots of a SKU with these books; fails if this allocator does not lead. */
    public CompletableFuture<List<SlotView>> slots(SkuBook book) {
        return whileLeading(present -> CompletableFuture.completedFuture(present.slots(book)));
    }

    /**
     * The moves by which the partitions of a SKU with these books would be spread over the nodes now; fails if this
     * allocator does not lead.
     */
    public CompletableFuture<List<Levelling.Move>> spread(SkuBook book) {
        return whileLeading(present -> CompletableFuture.completedFuture(present.spread(book)));
    }

    /** Asks the present tenure, on the loop; fails if there is none, and may never be answered if that ends meanwhile. */
    private <T> CompletableFuture<T> whileLeading(Function<Tenure, CompletableFuture<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            loop.execute(() -> {
                Tenure present = tenure;
                if (present == null) {
                    answer.completeExceptionally(new IllegalStateException("this allocator does not lead"));
                } else {
                    var unused = question.apply(present).whenComplete((found, fault) -> {
                        if (fault == null) {
                            answer.complete(found);
                        } else {
                            answer.completeExceptionally(fault);
                        }
                    });
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private void takeTerm() {
        if (taking || tenure != null) {
            return;
        }
        taking = true;
        CompletableFuture<Long> taken = new CompletableFuture<>();
        try {
            parts.blocking().execute(() -> {
                try {
                    parts.store().ensureLanes(lanes);
                    taken.complete(parts.store().takeTerm(parts.name()));
                } catch (RuntimeException e) {
                    taken.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("The executor is closed", e);
        }
        var unused = taken.whenComplete((term, fault) -> loop.offer(() -> {
            taking = false;
            if (fault != null) {
                LOG.warn("No term could be taken, trying again", fault);
                takeTermLater();
            } else if (leading) {
                beginTerm(term);
            }
        }));
    }

    private void takeTermLater() {
        loop.schedule(TERM_PAUSE, () -> {
            if (leading) {
                takeTerm();
            }
        });
    }

    private void beginTerm(long term) {
        LOG.info("{} leads, term {}", parts.name(), term);
        Tenure begun = new Tenure(parts, term, () -> {
            endTerm();
            if (inReach) {
                takeTermLater();
            } else {
                // The registry may name another one, who would be put out of office again and again.
                LOG.info("{} leads again when the registry can be asked and says so", parts.name());
            }
        });
        tenure = begun;
        parts.metrics().leads(true);
        begun.begin(nodes, allocators);
        terms.onTerm(term);
    }

    private void endTerm() {
        Tenure over = tenure;
        tenure = null;
        if (over != null) {
            parts.metrics().leads(false);
            LOG.info("{} leads no longer, term {} is over", parts.name(), over.term());
            over.close();
            terms.onTermOver();
        }
    }

    /** Ends the term, if there is one, and waits at most 5 s for that; the store may still be at work. */
    @Override
    public void close() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean open = loop.offer(() -> {
            closed = true;
            leading = false;
            endTerm();
            done.complete(null);
        });
        if (open && !loop.isCurrent()) {
            done.completeOnTimeout(null, 5, TimeUnit.SECONDS).join();
        }
    }
}
