// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.IntentionStore;
import io.granary.allocator.allocation.Wish;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.model.Sku;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

/** The statements on what operators want. Lists are never empty. */
interface RebalanceMapper {
    /** A row of {@code rebalance}, and what its moves add up to. */
    record RebalanceRow(
            long id,
            RebalanceKind kind,
            @Nullable Sku sku,
            @Nullable String node,
            @Nullable Integer slots,
            @Nullable Integer partitions,
            String who,
            RebalanceState state,
            @Nullable String reason,
            LocalDateTime created,
            LocalDateTime changed,
            int moves,
            long units,
            long moved) {
        /** What it wants. */
        Wish wish() {
            boolean gathers = kind == RebalanceKind.GATHER;
            return new Wish(kind, sku, node, gathers ? null : slots, gathers ? slots : null);
        }
    }

    /** A row of {@code rebalance} of which the leader makes something. */
    record OpenRow(
            long id, String kind, String state, @Nullable Integer slots) {}

    /** A row of {@code rebalance_move}. */
    record MoveRow(
            long rebalanceId,
            int number,
            @Nullable Integer fromSlot,
            @Nullable Integer toSlot,
            long units,
            String why,
            @Nullable Long base,
            long returnTo,
            long moved,
            boolean isOver) {}

    /** What operators want of a SKU. */
    record IntentionRow(
            int id,
            boolean frozen,
            @Nullable Long rebalance,
            int slots,
            @Nullable Long planFirstUnits,
            @Nullable Long planHorizonMs,
            @Nullable Long planLowWatermark,
            @Nullable Long planCeilingUnits,
            @Nullable Integer planCeilingPercent) {}

    /** A row of {@code node_drain}. */
    record DrainRow(String node, String who, LocalDateTime since) {}

    /** To be inserted; the database gives it its id. */
    final class NewRebalance {
        public long id;
        public final String kind;
        public final @Nullable Integer skuId;
        public final @Nullable String node;
        public final @Nullable Integer slots;
        public final @Nullable Integer partitions;
        public final String who;
        public final String state;

        NewRebalance(
                String kind,
                @Nullable Integer skuId,
                @Nullable String node,
                @Nullable Integer slots,
                @Nullable Integer partitions,
                String who,
                String state) {
            this.kind = kind;
            this.skuId = skuId;
            this.node = node;
            this.slots = slots;
            this.partitions = partitions;
            this.who = who;
            this.state = state;
        }
    }

    String IN_LIST = "in <foreach collection='list' item='i' open='(' separator=',' close=')'>#{i}</foreach>";
    String INTENTIONS = "select id, frozen, rebalance, slots, plan_first_units, plan_horizon_ms, plan_low_watermark,"
            + " plan_ceiling_units, plan_ceiling_percent from sku where code = #{sku}";
    String REBALANCES = "select r.id, r.kind, s.code as sku, r.node, r.slots, r.partitions, r.who, r.state, r.reason,"
            + " r.created, r.changed,"
            + " (select count(*) from rebalance_move m where m.rebalance_id = r.id) as moves,"
            + " (select coalesce(sum(units), 0) from rebalance_move m where m.rebalance_id = r.id) as units,"
            + " (select coalesce(sum(moved), 0) from rebalance_move m where m.rebalance_id = r.id) as moved"
            + " from rebalance r left join sku s on s.id = r.sku_id ";

    // ---- For the leader

    @Select("<script>select id, kind, state, slots from rebalance where id " + IN_LIST + " order by id</script>")
    List<OpenRow> open(@Param("list") Collection<Long> ids);

    @Select("<script>select rebalance_id, number, from_slot, to_slot, units, why, base, return_to, moved, is_over"
            + " from rebalance_move where rebalance_id " + IN_LIST + " order by rebalance_id, number</script>")
    List<MoveRow> moves(@Param("list") Collection<Long> ids);

    @Insert("<script>insert into rebalance_move (rebalance_id, number, from_slot, to_slot, units, why) values "
            + "<foreach collection='list' item='m' separator=','>(#{m.rebalanceId}, #{m.number}, #{m.fromSlot},"
            + " #{m.toSlot}, #{m.units}, #{m.why})</foreach></script>")
    void insertMoves(@Param("list") List<MoveRow> moves);

    @Update("update rebalance_move set base = #{base}, return_to = #{returnTo}, moved = #{moved}, is_over = #{isOver}"
            + " where rebalance_id = #{rebalanceId} and number = #{number}")
    void takeOn(MoveRow move);

    @Update("update rebalance set state = #{state}, reason = coalesce(#{reason}, reason) where id = #{id}")
    void become(@Param("id") long id, @Param("state") String state, @Param("reason") @Nullable String reason);

    /** The SKU is done with its rebalance. */
    @Update("update sku set rebalance = null where id = #{sku} and rebalance = #{id}")
    void leave(@Param("sku") int sku, @Param("id") long id);

    @Update("update rebalance set state = 'DONE', reason = 'the node owns no partition any more'"
            + " where id = #{id} and state = 'RUNNING'")
    void finishDrain(@Param("id") long id);

    @Select("select node from node_drain order by node")
    List<String> drainedNodes();

    @Select(
            "select id, kind, state, slots from rebalance where kind = 'DRAIN' and state = 'RUNNING' and node = #{node}")
    List<OpenRow> openDrains(@Param("node") String node);

    /** An incarnation's name is its node's, a hyphen, and letters without one. */
    String OF_NODE = "where node like concat(replace(replace(#{node}, '_', '\\\\_'), '%', '\\\\%'), '-%')"
            + " and char_length(node) - char_length(substring_index(node, '-', -1)) - 1 = char_length(#{node})";

    @Select("select count(*) from `partition` " + OF_NODE)
    int ownedPartitions(@Param("node") String node);

    @Select(
            "select s.code as sku, p.slot, p.node as incarnation, p.granted - p.consumed - p.returned as units, s.frozen"
                    + " from `partition` p join sku s on s.id = p.sku_id " + OF_NODE
                    + " order by s.code, p.slot limit #{limit}")
    List<IntentionStore.Owned> owned(@Param("node") String node, @Param("limit") int limit);

    // ---- For operators

    @Select(INTENTIONS)
    @Nullable
    IntentionRow intentions(@Param("sku") String sku);

    @Select(INTENTIONS + " for update")
    @Nullable
    IntentionRow lockIntentions(@Param("sku") String sku);

    @Update("update sku set frozen = #{frozen}, rebalance = #{rebalance}, slots = #{slots} where id = #{id}")
    void intend(
            @Param("id") int id,
            @Param("frozen") boolean frozen,
            @Param("rebalance") @Nullable Long rebalance,
            @Param("slots") int slots);

    @Update("update sku set plan_first_units = #{planFirstUnits}, plan_horizon_ms = #{planHorizonMs},"
            + " plan_low_watermark = #{planLowWatermark}, plan_ceiling_units = #{planCeilingUnits},"
            + " plan_ceiling_percent = #{planCeilingPercent} where id = #{id}")
    void plan(IntentionRow plan);

    @Insert("insert into rebalance (kind, sku_id, node, slots, partitions, who, state)"
            + " values (#{kind}, #{skuId}, #{node}, #{slots}, #{partitions}, #{who}, #{state})")
    @Options(useGeneratedKeys = true, keyProperty = "id")
    void insert(NewRebalance rebalance);

    @Select(REBALANCES + "where r.id = #{id}")
    @Nullable
    RebalanceRow rebalance(@Param("id") long id);

    @Select(REBALANCES + "order by r.id desc limit #{limit}")
    List<RebalanceRow> newest(@Param("limit") int limit);

    @Select(REBALANCES + "where r.sku_id = #{sku} order by r.id desc limit #{limit}")
    List<RebalanceRow> newestOf(@Param("sku") int sku, @Param("limit") int limit);

    /** By the SKUs and nodes that say so: of all rebalances there ever were few are open. */
    @Select(REBALANCES + "join (select rebalance as id from sku where rebalance is not null"
            + " union select d.id from node_drain n join rebalance d on d.node = n.node and d.state = 'RUNNING') o"
            + " on o.id = r.id order by r.id desc limit #{limit}")
    List<RebalanceRow> openOnes(@Param("limit") int limit);

    @Select("select state from rebalance where id = #{id} for update")
    @Nullable
    String lockState(@Param("id") long id);

    /** The nodes that are drained; locks them, and waits for those who drain one now. */
    @Select("select node from node_drain order by node for update")
    List<String> lockDrains();

    @Select("select node, who, since from node_drain order by node")
    List<DrainRow> drains();

    @Insert("insert into node_drain (node, who) values (#{node}, #{who}) on duplicate key update node = values(node)")
    void drain(@Param("node") String node, @Param("who") String who);

    @Delete("delete from node_drain where node = #{node}")
    int undrain(@Param("node") String node);
}
