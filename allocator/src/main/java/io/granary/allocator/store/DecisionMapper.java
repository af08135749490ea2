// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.api.LaneView;
import io.granary.model.Sku;
import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

/** The statements of {@link SqlDecisions}. */
interface DecisionMapper {
    /** A partition with what it holds. */
    record PartitionRow(boolean halted, long held) {}

    @Select("select lane, owner, settled, alarm from lane order by lane")
    List<LaneView> lanes();

    @Select("select settled from lane where lane = #{lane}")
    @Nullable
    Long settled(@Param("lane") int lane);

    @Select("select count(*) from lane_skip where lane = #{lane} and position = #{offset} and print = #{print}")
    int skips(@Param("lane") int lane, @Param("offset") long offset, @Param("print") long print);

    /** Changes nothing if it is there. */
    @Insert("insert into lane_skip (lane, position, print, reason, who) values"
            + " (#{lane}, #{offset}, #{print}, #{reason}, #{who}) on duplicate key update print = print")
    void skip(
            @Param("lane") int lane,
            @Param("offset") long offset,
            @Param("print") long print,
            @Param("reason") String reason,
            @Param("who") String who);

    @Select("select id from sku where code = #{sku}")
    @Nullable
    Integer skuId(@Param("sku") Sku sku);

    /** Halted epochs whose end is not known, with a lock on all that are halted. */
    @Select("select fenced from partition_epoch where sku_id = #{sku} and slot = #{slot} and halted for update")
    List<Boolean> lockHalted(@Param("sku") int sku, @Param("slot") int slot);

    @Select("select halted, granted - consumed - returned as held from `partition`"
            + " where sku_id = #{sku} and slot = #{slot} for update")
    @Nullable
    PartitionRow lockPartition(@Param("sku") int sku, @Param("slot") int slot);

    @Update("update partition_epoch set halted = false where sku_id = #{sku} and slot = #{slot} and halted")
    void endHalts(@Param("sku") int sku, @Param("slot") int slot);

    @Update("update `partition` set halted = false, consumed = consumed + #{units}"
            + " where sku_id = #{sku} and slot = #{slot}")
    void consume(@Param("sku") int sku, @Param("slot") int slot, @Param("units") long units);

    @Update("update sku set pool = pool - #{units}, actual = actual - #{units}, written_off = written_off + #{units}"
            + " where id = #{sku}")
    void writeOff(@Param("sku") int sku, @Param("units") long units);
}
