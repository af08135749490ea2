// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.settlement.KnownMark;
import io.granary.model.Sku;
import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

/** The statements of {@link SqlAllocationStore}. Lists are never empty. */
public interface AllocationMapper {
    /** A row of {@code sku}. */
    record SkuRow(
            int id,
            Sku sku,
            String state,
            int slots,
            long inventory,
            long pool,
            long actual,
            long received,
            boolean frozen,
            @Nullable Long rebalance,
            @Nullable Long planFirstUnits,
            @Nullable Long planHorizonMs,
            @Nullable Long planLowWatermark,
            @Nullable Long planCeilingUnits,
            @Nullable Integer planCeilingPercent) {}

    /** A row of {@code partition}. */
    record PartitionRow(
            int skuId,
            int slot,
            long epoch,
            @Nullable String node,
            @Nullable Integer lane,
            long granted,
            long consumed,
            long returned,
            boolean halted) {}

    /** A row of {@code partition_epoch}. */
    record EpochRow(
            int skuId,
            int slot,
            long epoch,
            String node,
            int lane,
            long seq,
            boolean fenced,
            long firstOffset,
            long endOffset,
            long endSeq) {
        /** One that nothing was written of yet. */
        static EpochRow begun(int skuId, int slot, long epoch, String node, int lane) {
            return new EpochRow(skuId, slot, epoch, node, lane, 0, false, 0, 0, 0);
        }

        /** The offset after its last settled section; 0 if that is not known. */
        long end() {
            return endSeq == seq ? endOffset : 0;
        }
    }

    /** Which partition. */
    record PartitionKey(int skuId, int slot) {}

    /** A row of {@code lane}. */
    record LaneRow(int lane, @Nullable String owner, long settled, long ids) {}

    /** A row of {@code lane_mark}, and its age. */
    record MarkRow(int lane, long position, long ids, long ageMillis) {
        KnownMark mark() {
            return new KnownMark(position, ids, ageMillis);
        }
    }

    /** A record that is passed over. */
    record SkipRow(int lane, long position, long print) {}

    /** A sum of units for a SKU. */
    record UnitsRow(int id, long units) {}

    /** A row of {@code allocation}. */
    record GrantRow(int skuId, int slot, long epoch, long units, String reason) {}

    String SKU_COLUMNS = "select id, code as sku, state, slots, inventory, pool, actual, received, frozen, rebalance,"
            + " plan_first_units, plan_horizon_ms, plan_low_watermark, plan_ceiling_units, plan_ceiling_percent"
            + " from sku ";
    String PARTITION_COLUMNS =
            "select sku_id, slot, epoch, node, lane, granted, consumed, returned," + " halted from `partition` ";
    String LANE_COLUMNS = "select lane, owner, settled, ids from lane ";

    /** How long ago a row of {@code lane_mark} was put, in ms: the books stamp it, and nobody else's clock is asked. */
    String MARK_AGE = "timestampdiff(microsecond, marked, utc_timestamp(3)) div 1000";

    String IN_LIST = "in <foreach collection='list' item='i' open='(' separator=',' close=')'>#{i}</foreach>";

    @Select("<script>" + SKU_COLUMNS + "where code " + IN_LIST + " order by id</script>")
    List<SkuRow> skus(@Param("list") Collection<Sku> skus);

    @Select(SKU_COLUMNS + "where id > #{after} order by id limit #{limit}")
    List<SkuRow> skuPage(@Param("after") int after, @Param("limit") int limit);

    @Select("<script>" + SKU_COLUMNS + "force index (primary) where id " + IN_LIST + " order by id for update</script>")
    List<SkuRow> lockSkus(@Param("list") Collection<Integer> ids);

    @Select("<script>" + PARTITION_COLUMNS + "where sku_id " + IN_LIST + " order by sku_id, slot</script>")
    List<PartitionRow> partitions(@Param("list") Collection<Integer> ids);

    @Select(PARTITION_COLUMNS + "where sku_id between #{first} and #{last} order by sku_id, slot")
    List<PartitionRow> partitionRange(@Param("first") int first, @Param("last") int last);

    @Select("<script>" + PARTITION_COLUMNS + "force index (primary) where sku_id " + IN_LIST
            + " order by sku_id, slot for update</script>")
    List<PartitionRow> lockPartitions(@Param("list") Collection<Integer> ids);

    @Select("select distinct s.code from `partition` p join sku s on s.id = p.sku_id where p.node = #{node}")
    List<Sku> ownedBy(@Param("node") String node);

    /** Creates or replaces partitions whose rows are locked, or that nobody else can create. */
    @Insert("<script>insert into `partition` (sku_id, slot, epoch, node, lane, granted, consumed, returned) values "
            + "<foreach collection='list' item='p' separator=','>(#{p.skuId}, #{p.slot}, #{p.epoch}, #{p.node},"
            + " #{p.lane}, #{p.granted}, #{p.consumed}, #{p.returned})</foreach>"
            + " on duplicate key update epoch = values(epoch), node = values(node), lane = values(lane),"
            + " granted = values(granted)</script>")
    void putPartitions(@Param("list") List<PartitionRow> partitions);

    @Insert("<script>insert into partition_epoch (sku_id, slot, epoch, node, lane) values "
            + "<foreach collection='list' item='e' separator=','>(#{e.skuId}, #{e.slot}, #{e.epoch}, #{e.node},"
            + " #{e.lane})</foreach></script>")
    void insertEpochs(@Param("list") List<EpochRow> epochs);

    @Insert("<script>insert into allocation (sku_id, slot, epoch, units, reason) values "
            + "<foreach collection='list' item='g' separator=','>(#{g.skuId}, #{g.slot}, #{g.epoch}, #{g.units},"
            + " #{g.reason})</foreach></script>")
    void insertAllocations(@Param("list") List<GrantRow> grants);

    /** Inventory to pool. */
    @Update("<script>update sku s join ("
            + "<foreach collection='list' item='g' separator=' union all '>select #{g.id} as id, #{g.units} as units"
            + "</foreach>) g on g.id = s.id"
            + " set s.inventory = s.inventory - g.units, s.pool = s.pool + g.units</script>")
    int moveToPool(@Param("list") List<UnitsRow> grants);

    @Select("<script>select sku_id, slot, epoch, node, lane, seq, fenced, first_offset, end_offset, end_seq"
            + " from partition_epoch where sku_id " + IN_LIST + " order by sku_id, slot, epoch</script>")
    List<EpochRow> epochs(@Param("list") Collection<Integer> ids);

    /** The partitions of which ownerships are forgotten. */
    @Select("<script>select sku_id, slot from `partition` where forgotten &gt; 0 and sku_id " + IN_LIST + "</script>")
    List<PartitionKey> forgotten(@Param("list") Collection<Integer> ids);

    @Select("select lane from lane order by lane")
    List<Integer> laneNumbers();

    @Insert("<script>insert into lane (lane) values "
            + "<foreach collection='list' item='i' separator=','>(#{i})</foreach>"
            + " on duplicate key update lane = values(lane)</script>")
    void insertLanes(@Param("list") List<Integer> lanes);

    @Select("<script>" + LANE_COLUMNS + "where lane " + IN_LIST + " order by lane</script>")
    List<LaneRow> lanes(@Param("list") Collection<Integer> lanes);

    @Select("<script>" + LANE_COLUMNS + "where lane " + IN_LIST + " order by lane lock in share mode</script>")
    List<LaneRow> lockLanesShared(@Param("list") Collection<Integer> lanes);

    @Select(LANE_COLUMNS + "where owner = #{owner}")
    @Nullable
    LaneRow laneOf(@Param("owner") String owner);

    /** Lanes without an alarm in which every epoch is fenced; those that nobody ever had first. */
    @Select(LANE_COLUMNS + "l where alarm is null and not exists"
            + " (select 1 from partition_epoch e where e.lane = l.lane and e.fenced = false)"
            + " order by owner is not null, lane")
    List<LaneRow> quietLanes();

    @Select(LANE_COLUMNS + "where lane = #{lane} for update")
    LaneRow lockLane(@Param("lane") int lane);

    @Select("select count(*) from partition_epoch where lane = #{lane} and fenced = false")
    long unfencedEpochs(@Param("lane") int lane);

    @Update("update lane set owner = #{owner} where lane = #{lane}")
    void takeLane(@Param("lane") int lane, @Param("owner") String owner);

    /** Records that have not settled and are to be passed over. */
    @Select("<script>select k.lane, k.position, k.print from lane_skip k join lane l on l.lane = k.lane"
            + " where k.position &gt;= l.settled and k.lane " + IN_LIST + " order by k.lane, k.position</script>")
    List<SkipRow> skips(@Param("list") Collection<Integer> lanes);

    @Update("update lane set owner = null, alarm = coalesce(alarm, #{alarm}) where lane = #{lane} and owner = #{owner}")
    void refuseLane(@Param("lane") int lane, @Param("owner") String owner, @Param("alarm") String alarm);

    /** The marks of lanes, and how old they are by the clock that stamped them. */
    @Select("<script>select lane, position, ids, " + MARK_AGE + " as age_millis from lane_mark where lane " + IN_LIST
            + "</script>")
    List<MarkRow> marks(@Param("list") Collection<Integer> lanes);
}
