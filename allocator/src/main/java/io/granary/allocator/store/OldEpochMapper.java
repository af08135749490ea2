// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.store.AllocationMapper.LaneRow;
import io.granary.allocator.store.AllocationMapper.MarkRow;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

/** The statements of {@link OldEpochs}. */
public interface OldEpochMapper {
    /** The key of a row of {@code partition_epoch}. */
    record OldRow(int skuId, int slot, long epoch) {}

    /** Where the id window of a lane begins. */
    record WindowRow(int lane, long position) {}

    String WINDOWS = "(<foreach collection='list' item='w' separator=' union all '>"
            + "select #{w.lane} as lane, #{w.position} as position</foreach>)";

    @Select("select lane from lane order by lane")
    List<Integer> lanes();

    /** Under this lock the lane does not settle. */
    @Select("select lane, owner, settled, ids from lane where lane = #{lane} for update")
    LaneRow lock(@Param("lane") int lane);

    @Select("select lane, position, ids, " + AllocationMapper.MARK_AGE + " as age_millis from lane_mark"
            + " where lane = #{lane} order by position")
    List<MarkRow> marks(@Param("lane") int lane);

    @Insert("insert into lane_mark (lane, position, ids, marked)"
            + " values (#{lane}, #{position}, #{ids}, utc_timestamp(3))"
            + " on duplicate key update ids = values(ids), marked = values(marked)")
    void mark(@Param("lane") int lane, @Param("position") long position, @Param("ids") long ids);

    /** Where nobody noted the end of ownerships that are over, everything up to here is before it. */
    @Update("update partition_epoch set end_offset = #{settled}, end_seq = seq"
            + " where lane = #{lane} and fenced = true and end_seq <> seq limit #{limit}")
    void end(@Param("lane") int lane, @Param("settled") long settled, @Param("limit") int limit);

    /** Ownerships that are over and stand before the window of their lane, as do all older ones of their partition. */
    @Select("<script>select e.sku_id, e.slot, e.epoch from partition_epoch e join " + WINDOWS + " w on w.lane = e.lane"
            + " join `partition` p on p.sku_id = e.sku_id and p.slot = e.slot and p.epoch > e.epoch"
            + " where e.fenced = true and e.halted = false and e.end_seq = e.seq and e.end_offset &lt;= w.position"
            + " and not exists (select 1 from partition_epoch o left join " + WINDOWS + " v on v.lane = o.lane"
            + " where o.sku_id = e.sku_id and o.slot = e.slot and o.epoch &lt; e.epoch and (v.lane is null"
            + " or o.fenced = false or o.halted = true or o.end_seq &lt;&gt; o.seq or o.end_offset &gt; v.position))"
            + " limit #{limit}</script>")
    List<OldRow> old(@Param("list") List<WindowRow> windows, @Param("limit") int limit);

    @Delete("<script>delete from partition_epoch where "
            + "<foreach collection='list' item='e' separator=' or '>(sku_id = #{e.skuId} and slot = #{e.slot}"
            + " and epoch = #{e.epoch})</foreach></script>")
    void forget(@Param("list") List<OldRow> old);

    @Update("update `partition` set forgotten = greatest(forgotten, #{epoch})"
            + " where sku_id = #{skuId} and slot = #{slot}")
    void note(OldRow old);
}
