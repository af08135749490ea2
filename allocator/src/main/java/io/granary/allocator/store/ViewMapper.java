// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.api.PartitionView;
import io.granary.api.SkuView;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

/** The statements of {@link SqlViews} and {@link SqlSkus}. */
interface ViewMapper {
    /** A lane at which settlement has stopped. */
    record AlarmRow(int lane, String alarm) {}

    /** A partition that is halted, with the units that it holds. */
    record HaltRow(
            String sku, int slot, long held, @Nullable String reason) {}

    /** A row of {@code deduction}. */
    record DeductionRow(int state, int quantity, int slot, long epoch, long time) {}

    /** A row of {@code conflict}. */
    record ConflictRow(int firstQuantity, int quantity, int slot, long epoch, long time) {}

    /** A row of {@code stock_update}. */
    record UpdateRow(
            String outcome,
            @Nullable String sku,
            @Nullable String kind,
            @Nullable Long units,
            @Nullable String reason,
            long millis) {}

    String SKU_COLUMNS = "select code as sku, case when state = 'PAUSED' then 'PAUSED' when actual = 0 then 'SOLD_OUT'"
            + " else 'SELLING' end as state, frozen, slots, inventory, pool, actual, received, sold, written_off from sku ";

    @Select(SKU_COLUMNS + "where code = #{sku}")
    @Nullable
    SkuView sku(@Param("sku") Sku sku);

    @Select(SKU_COLUMNS + "where code > #{after} order by code limit #{limit}")
    List<SkuView> skus(@Param("after") String after, @Param("limit") int limit);

    @Select("select p.slot, p.epoch, p.node, p.lane, p.granted, p.consumed, p.returned,"
            + " p.granted - p.consumed - p.returned as held"
            + " from `partition` p join sku s on s.id = p.sku_id where s.code = #{sku} order by p.slot")
    List<PartitionView> partitions(@Param("sku") Sku sku);

    @Select("select lane, alarm from lane where alarm is not null order by lane limit #{limit}")
    List<AlarmRow> alarms(@Param("limit") int limit);

    @Select("select s.code as sku, p.slot, p.granted - p.consumed - p.returned as held,"
            + " (select min(e.halt_reason) from partition_epoch e where e.sku_id = p.sku_id and e.slot = p.slot"
            + " and e.halted) as reason"
            + " from `partition` p join sku s on s.id = p.sku_id where p.halted order by s.code, p.slot limit #{limit}")
    List<HaltRow> halts(@Param("limit") int limit);

    @Select("select count(*) from `partition` where halted")
    int haltedPartitions();

    @Select("select d.state, d.quantity, d.slot, d.epoch, d.time from deduction d join sku s on s.id = d.sku_id"
            + " where s.code = #{sku} and d.request_id = #{id}")
    @Nullable
    DeductionRow deduction(@Param("sku") Sku sku, @Param("id") RequestId id);

    @Select("select c.first_quantity, c.quantity, c.slot, c.epoch, c.time from conflict c join sku s on s.id = c.sku_id"
            + " where s.code = #{sku} and c.request_id = #{id} order by c.id limit #{limit}")
    List<ConflictRow> conflicts(@Param("sku") Sku sku, @Param("id") RequestId id, @Param("limit") int limit);

    @Select("select coalesce(sum(d.quantity), 0) from deduction d join sku s on s.id = d.sku_id"
            + " where s.code = #{sku} and d.state <> 2")
    long ledger(@Param("sku") Sku sku);

    @Select("select outcome, sku, kind, units, reason,"
            + " cast(unix_timestamp(applied) * 1000 as signed) as millis from stock_update where update_id = #{id}")
    @Nullable
    UpdateRow stockUpdate(@Param("id") String id);

    /** Changes nothing if the SKU is there. */
    @Insert(
            "insert into sku (code, slots, state) values (#{sku}, #{slots}, #{state}) on duplicate key update code = code")
    void enterSku(@Param("sku") Sku sku, @Param("slots") int slots, @Param("state") String state);

    /** How many there are, whether that changed them or not. */
    @Update("update sku set state = #{state} where code = #{sku}")
    int setState(@Param("sku") Sku sku, @Param("state") String state);
}
