// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
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
            @Nullable String reason,
            @Nullable RequestId requestId) {}

    /** A row of {@code deduction} that is locked. */
    record DeductionRow(RequestId requestId, int quantity, int state) {}

    /** A row of {@code deduction_mark}. */
    record MarkRow(RequestId requestId, int state) {}

    /** What a SKU can lose. */
    record StockRow(int id, Sku sku, long inventory, long pool) {}

    /** A SKU's number. */
    record NumberRow(int id, Sku sku) {}

    String IN_LIST = "in <foreach collection='list' item='i' open='(' separator=',' close=')'>#{i}</foreach>";
    String INTO = "insert into stock_update (update_id, sku, kind, units, print, outcome, reason, request_id) values ";

    @Select("select next_position from stock_update_position where queue = #{queue}")
    @Nullable
    Long position(@Param("queue") int queue);

    @Insert("insert into stock_update_position (queue, next_position) values (#{queue}, 0)"
            + " on duplicate key update queue = queue")
    void enterQueue(@Param("queue") int queue);

    @Update("update stock_update_position set next_position = #{to} where queue = #{queue} and next_position = #{from}")
    int move(@Param("queue") int queue, @Param("from") long from, @Param("to") long to);

    @Select(
            "<script>select update_id, sku, kind, units, print, outcome, reason, request_id from stock_update where update_id "
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
            + " #{u.units}, #{u.print}, #{u.outcome}, #{u.reason}, #{u.requestId})</foreach></script>")
    void insertUpdates(@Param("list") List<UpdateRow> updates);

    /** Changes nothing if the id is there. */
    @Insert(INTO + "(#{updateId}, #{sku}, #{kind}, #{units}, #{print}, #{outcome}, #{reason}, #{requestId})"
            + " on duplicate key update update_id = update_id")
    void insertUpdate(UpdateRow update);

    @Update("update sku set inventory = inventory + #{inventory}, actual = actual + #{inventory},"
            + " received = received + #{received}, written_off = written_off + #{writtenOff}, sold = sold + #{sold}"
            + " where id = #{id}")
    void change(
            @Param("id") int id,
            @Param("inventory") long inventory,
            @Param("received") long received,
            @Param("writtenOff") long writtenOff,
            @Param("sold") long sold);

    // ---- Deductions, and what was said of those that the ledger does not have

    @Select("<script>select request_id, quantity, state from deduction force index (primary) where sku_id = #{id}"
            + " and request_id " + IN_LIST + " order by request_id for update</script>")
    List<DeductionRow> lockDeductions(@Param("id") int id, @Param("list") Collection<RequestId> requests);

    @Select("<script>select request_id, state from deduction_mark force index (primary) where sku_id = #{id}"
            + " and request_id " + IN_LIST + " order by request_id for update</script>")
    List<MarkRow> lockMarks(@Param("id") int id, @Param("list") Collection<RequestId> requests);

    /** Changes nothing where there is one. */
    @Insert("<script>insert into deduction_mark (sku_id, request_id, state, update_id) values "
            + "<foreach collection='list' item='r' separator=','>(#{id}, #{r}, #{state}, #{updateId})</foreach>"
            + " on duplicate key update state = state</script>")
    void mark(
            @Param("id") int id,
            @Param("list") Collection<RequestId> requests,
            @Param("state") int state,
            @Param("updateId") String updateId);

    @Update("update deduction_mark set state = #{state}, update_id = #{updateId}"
            + " where sku_id = #{id} and request_id = #{request}")
    void remark(
            @Param("id") int id,
            @Param("request") RequestId request,
            @Param("state") int state,
            @Param("updateId") String updateId);

    @Delete("delete from deduction_mark where sku_id = #{id} and request_id = #{request}")
    void unmark(@Param("id") int id, @Param("request") RequestId request);

    @Update("update deduction set state = #{state} where sku_id = #{id} and request_id = #{request}")
    void turn(@Param("id") int id, @Param("request") RequestId request, @Param("state") int state);

    // ---- Dead letters

    /** A row of {@code dead_letter}. */
    record LetterRow(
            long id,
            int queue,
            long position,
            @Nullable String updateId,
            String reason,
            String original,
            LocalDateTime noted,
            int replays,
            @Nullable LocalDateTime replayed,
            @Nullable String replayedBy,
            @Nullable String replayedAs) {}

    String LETTER_COLUMNS = "select id, queue, position, update_id, reason, original, noted, replays, replayed,"
            + " replayed_by, replayed_as from dead_letter ";

    /** A place that is looked at again, or was given to another message, keeps the latest. */
    @Insert("insert into dead_letter (queue, position, update_id, reason, original) values (#{queue}, #{position},"
            + " #{updateId}, #{reason}, #{original}) on duplicate key update update_id = values(update_id),"
            + " reason = values(reason), original = values(original)")
    void noteLetter(
            @Param("queue") int queue,
            @Param("position") long position,
            @Param("updateId") @Nullable String updateId,
            @Param("reason") String reason,
            @Param("original") String original);

    @Select(LETTER_COLUMNS + "where id < #{before} order by id desc limit #{limit}")
    List<LetterRow> letters(@Param("before") long before, @Param("limit") int limit);

    @Select(LETTER_COLUMNS + "where id = #{id}")
    @Nullable
    LetterRow letter(@Param("id") long id);

    @Update("update dead_letter set replays = replays + 1, replayed = utc_timestamp(3), replayed_by = #{who},"
            + " replayed_as = #{content} where id = #{id}")
    void noteReplay(@Param("id") long id, @Param("content") String content, @Param("who") String who);

    /** An id that was decided to be dead may be applied again. */
    @Delete("delete from stock_update where update_id = #{updateId} and outcome = 'DEAD'")
    void pardon(@Param("updateId") String updateId);
}
