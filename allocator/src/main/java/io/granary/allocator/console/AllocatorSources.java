// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import io.granary.allocator.api.Leadership;
import io.granary.allocator.control.Leader;
import io.granary.allocator.control.LeaderLook;
import io.granary.allocator.settlement.Lag;
import io.granary.allocator.settlement.Settlement;
import io.granary.allocator.store.Database;
import io.granary.allocator.store.Holdings;
import io.granary.allocator.store.Reconcile;
import io.granary.allocator.store.SqlHoldings;
import io.granary.allocator.store.SqlViews;
import io.granary.api.Overview;
import io.granary.api.RebalanceView;
import io.granary.api.SkuPage;
import io.granary.registry.AllocatorEntry;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What an allocator has to show: its leader's view, its settlement, the books. Thread-safe. */
public final class AllocatorSources implements Sources {
    private final Leadership leadership;
    private final Leader leader;
    private final Settlement settlement;
    private final Reconcile reconcile;
    private final SqlViews views;
    private final SqlHoldings holdings;
    private volatile List<AllocatorEntry> live = List.of();

    public AllocatorSources(
            Leadership leadership, Leader leader, Settlement settlement, Database database, Reconcile reconcile) {
        this.leadership = leadership;
        this.leader = leader;
        this.settlement = settlement;
        this.reconcile = reconcile;
        views = new SqlViews(database.transactions());
        holdings = new SqlHoldings(database.transactions());
    }

    /** The live allocators, as the registry names them. */
    public void setAllocators(List<AllocatorEntry> allocators) {
        live = List.copyOf(allocators);
    }

    @Override
    public boolean leads() {
        return leadership.isHere();
    }

    @Override
    public CompletableFuture<LeaderLook> look() {
        return leader.look();
    }

    @Override
    public SkuPage skus(int limit) {
        return views.skus("", limit);
    }

    @Override
    public List<Holdings> holdings() {
        return holdings.byNode();
    }

    @Override
    public List<RebalanceView> openRebalances(int limit) {
        return views.openRebalances(limit);
    }

    @Override
    public List<String> stoppedLanes() {
        return views.alarms();
    }

    @Override
    public SqlViews.Halts halts() {
        return views.halts();
    }

    @Override
    public int drifts() {
        return reconcile.found();
    }

    @Override
    public Lag lag() {
        return settlement.lag();
    }

    @Override
    public List<Overview.AllocatorFigures> allocators() {
        String self = leadership.self();
        return live.stream()
                .map(one -> new Overview.AllocatorFigures(one.name(), one.name().equals(self), one.address()))
                .toList();
    }
}
