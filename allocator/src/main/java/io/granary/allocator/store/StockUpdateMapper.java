// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.model.Sku;
import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

/** The statements of {@link SqlStockUpdateStore}. Lists are never empty. */
interface StockUpdateMapper {
    /** A row of {@code stock_update}. */
    record UpdateRow(
            String updateId,
            @Nullable Sku sku,
            @Nullable String kind,
            @Nullable Long units,
            long print,
            String outcome,
            @Nullable String reason) {}

    /** What a SKU can lose. */
    record StockRow(int id, Sku sku, long inventory, long pool) {}

    /** A SKU's number. */
    record NumberRow(int id, Sku sku) {}

    String IN_LIST = "in <foreach collection='list' item='i' open='(' separator=',' close=')'>#{i}</foreach>";
    String INTO = "insert into stock_update (update_id, sku, kind, units, print, outcome, reason) values ";

    @Select("select next_position from stock_update_position where queue = #{queue}")
    @Nullable
    Long position(@Param("queue") int queue);

    @Insert("insert into stock_update_position (queue, next_position) values (#{queue}, 0)"
            + " on duplicate key update queue = queue")
    void enterQueue(@Param("queue") int queue);

    @Update("update stock_update_position set next_position = #{to} where queue = #{queue} and next_position = #{from}")
    int move(@Param("queue") int queue, @Param("from") long from, @Param("to") long to);

    @Select("<script>select update_id, sku, kind, units, print, outcome, reason from stock_update where update_id "
            + IN_LIST + "</script>")
    List<UpdateRow> updates(@Param("list") Collection<String> ids);

    @Select("<script>select id, code as sku from sku where code " + IN_LIST + "</script>")
    List<NumberRow> numbers(@Param("list") Collection<Sku> skus);

    @Insert("insert into sku (code, slots) values (#{sku}, #{slots}) on duplicate key update code = code")
    void enterSku(@Param("sku") Sku sku, @Param("slots") int slots);

    @Select("<script>select id, code as sku, inventory, pool from sku force index (primary) where id " + IN_LIST
            + " order by id for update</script>")
    List<StockRow> lock(@Param("list") Collection<Integer> ids);

    @Insert("<script>" + INTO + "<foreach collection='list' item='u' separator=','>(#{u.updateId}, #{u.sku}, #{u.kind},"
            + " #{u.units}, #{u.print}, #{u.outcome}, #{u.reason})</foreach></script>")
    void insertUpdates(@Param("list") List<UpdateRow> updates);

    /** Changes nothing if the id is there. */
    @Insert(INTO + "(#{updateId}, #{sku}, #{kind}, #{units}, #{print}, #{outcome}, #{reason})"
            + " on duplicate key update update_id = update_id")
    void insertUpdate(UpdateRow update);

    @Update("update sku set inventory = inventory + #{inventory}, actual = actual + #{inventory},"
            + " received = received + #{received}, written_off = written_off + #{writtenOff} where id = #{id}")
    void change(
            @Param("id") int id,
            @Param("inventory") long inventory,
            @Param("received") long received,
            @Param("writtenOff") long writtenOff);
}
