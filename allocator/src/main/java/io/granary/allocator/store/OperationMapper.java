// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.api.OperationKind;
import io.granary.model.Sku;
import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

/** The statements on what was done. Lists are never empty. */
interface OperationMapper {
    /** A row of {@code operation}, as it is written. */
    record Row(
            @Nullable String requestKey,
            OperationKind kind,
            @Nullable Sku sku,
            @Nullable String subject,
            @Nullable Long units,
            String what,
            String who,
            @Nullable Long rebalance,
            @Nullable String answer) {}

    /** A row of {@code operation}, with what became of it. */
    record ShownRow(
            long id,
            LocalDateTime done,
            String who,
            OperationKind kind,
            @Nullable Sku sku,
            @Nullable String subject,
            @Nullable Long units,
            String what,
            @Nullable Long rebalance,
            String outcome,
            @Nullable String reason) {}

    String SHOWN = "select o.id, o.done, o.who, o.kind, o.sku, o.subject, o.units, o.what, o.rebalance,"
            + " coalesce(r.state, u.outcome, case when o.kind in ('RESTOCK', 'ADJUST') then 'PENDING' else 'DONE' end)"
            + " as outcome, coalesce(r.reason, u.reason) as reason"
            + " from operation o left join rebalance r on r.id = o.rebalance"
            + " left join stock_update u on u.update_id = o.subject and o.kind in ('RESTOCK', 'ADJUST') ";

    @Select("select request_key, kind, sku, subject, units, what, who, rebalance, answer from operation"
            + " where request_key = #{key}")
    @Nullable
    Row find(@Param("key") String key);

    @Insert("insert into operation (request_key, kind, sku, subject, units, what, who, rebalance, answer) values"
            + " (#{requestKey}, #{kind}, #{sku}, #{subject}, #{units}, #{what}, #{who}, #{rebalance}, #{answer})")
    void insert(Row row);

    @Select(SHOWN + "where o.id < #{before} order by o.id desc limit #{limit}")
    List<ShownRow> latest(@Param("before") long before, @Param("limit") int limit);

    @Select(SHOWN + "where o.sku = #{sku} and o.id < #{before} order by o.id desc limit #{limit}")
    List<ShownRow> latestOf(@Param("sku") Sku sku, @Param("before") long before, @Param("limit") int limit);

    // ---- What is forgotten

    @Delete(
            "delete from operation where done < utc_timestamp(3) - interval #{seconds} second order by done limit #{limit}")
    int forget(@Param("seconds") long seconds, @Param("limit") int limit);

    @Select("select id from rebalance where state in ('DONE', 'FAILED', 'STOPPED')"
            + " and changed < utc_timestamp(6) - interval #{seconds} second order by id limit #{limit} for update")
    List<Long> lockOver(@Param("seconds") long seconds, @Param("limit") int limit);

    @Delete("<script>delete from rebalance_move where rebalance_id " + RebalanceMapper.IN_LIST + "</script>")
    void forgetMoves(@Param("list") List<Long> rebalances);

    @Delete("<script>delete from rebalance where id " + RebalanceMapper.IN_LIST + "</script>")
    void forgetRebalances(@Param("list") List<Long> rebalances);
}
