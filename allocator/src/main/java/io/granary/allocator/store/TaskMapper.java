// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.api.RebalanceKind;
import io.granary.model.Sku;
import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

/** The statements of {@link SqlTaskStore} and {@link TaskEffects}. Times are UTC, to the millisecond. */
interface TaskMapper {
    /** A row of {@code task}. */
    record TaskRow(
            long id,
            String name,
            String kind,
            @Nullable Sku sku,
            long units,
            int aheadSeconds,
            @Nullable RebalanceKind rebalance,
            @Nullable String node,
            int slots,
            @Nullable Integer slot,
            @Nullable LocalDateTime runAt,
            @Nullable Integer everySeconds,
            @Nullable String cron,
            @Nullable String zone,
            @Nullable LocalDateTime nextRun,
            String step,
            @Nullable LocalDateTime asked,
            @Nullable String askedBy,
            boolean paused,
            @Nullable LocalDateTime wake,
            LocalDateTime created,
            String createdBy) {}

    /** A row of {@code task_run}. */
    record RunRow(
            long taskId,
            String cause,
            String step,
            LocalDateTime due,
            @Nullable String askedBy,
            String allocator,
            LocalDateTime started,
            LocalDateTime ended,
            String outcome,
            String detail) {}

    /** A task that somebody has taken on. */
    record PickedRow(String name, String pickedBy) {}

    /** A task, or what was one, and when it is to be woken. */
    record WakeRow(String name, @Nullable LocalDateTime wake) {}

    String TASK_COLUMNS = "select id, name, kind, sku, units, ahead_seconds, rebalance, node, slots, slot, run_at,"
            + " every_seconds, cron, zone, next_run, step, asked, asked_by, paused, wake, created, created_by from task ";
    String RUN_COLUMNS =
            "select task_id, cause, step, due, asked_by, allocator, started, ended, outcome, detail from task_run ";
    /** The name that all tasks have for db-scheduler; what they are called is their instance. */
    String WAKE_NAME = "granary";

    @Select("select utc_timestamp(3)")
    LocalDateTime now();

    @Select("select count(*) from task")
    int count();

    @Select("select count(*) from sku where code = #{sku}")
    int skus(@Param("sku") Sku sku);

    @Insert(
            "insert into task (name, kind, sku, units, ahead_seconds, rebalance, node, slots, slot, run_at, every_seconds,"
                    + " cron, zone, next_run, step, wake, created, created_by) values (#{name}, #{kind}, #{sku}, #{units},"
                    + " #{aheadSeconds}, #{rebalance}, #{node}, #{slots}, #{slot}, #{runAt}, #{everySeconds}, #{cron}, #{zone},"
                    + " #{nextRun}, #{step}, #{wake}, #{created}, #{createdBy})")
    void insert(TaskRow task);

    @Select(TASK_COLUMNS + "order by name")
    List<TaskRow> tasks();

    @Select(TASK_COLUMNS + "where name = #{name}")
    @Nullable
    TaskRow task(@Param("name") String name);

    @Select(TASK_COLUMNS + "where name = #{name} for update")
    @Nullable
    TaskRow lock(@Param("name") String name);

    @Update("update task set next_run = #{nextRun}, step = #{step}, asked = #{asked}, asked_by = #{askedBy},"
            + " paused = #{paused}, wake = #{wake} where id = #{id}")
    void stand(TaskRow task);

    @Delete("delete from task where name = #{name}")
    int delete(@Param("name") String name);

    @Insert("insert into task_run (task_id, cause, step, due, asked_by, allocator, started, ended, outcome, detail)"
            + " values (#{taskId}, #{cause}, #{step}, #{due}, #{askedBy}, #{allocator}, #{started}, #{ended},"
            + " #{outcome}, #{detail})")
    void insertRun(RunRow run);

    @Select(RUN_COLUMNS + "where task_id = #{task} order by id desc limit #{limit}")
    List<RunRow> runs(@Param("task") long task, @Param("limit") int limit);

    @Select(RUN_COLUMNS + "where id in (select max(id) from task_run group by task_id)")
    List<RunRow> lastRuns();

    @Select("select max(due) from task_run where task_id = #{task} and cause = 'ASKED'")
    @Nullable
    LocalDateTime lastAsked(@Param("task") long task);

    /** The newest run that is not kept. */
    @Select("select id from task_run where task_id = #{task} order by id desc limit 1 offset #{keep}")
    @Nullable
    Long firstForgotten(@Param("task") long task, @Param("keep") int keep);

    @Delete("delete from task_run where task_id = #{task} and id <= #{upTo}")
    void forget(@Param("task") long task, @Param("upTo") long upTo);

    @Select("select task_instance as name, picked_by from scheduled_tasks where task_name = '" + WAKE_NAME
            + "' and picked and picked_by is not null")
    List<PickedRow> picked();

    /** What has failed is left where db-scheduler has put it: it is tried again soon. */
    @Select("select t.name, t.wake from task t left join scheduled_tasks s on s.task_name = '" + WAKE_NAME
            + "' and s.task_instance = t.name where (t.wake is null and s.picked = false)"
            + " or (t.wake is not null and (s.task_instance is null or (s.picked = false"
            + " and coalesce(s.consecutive_failures, 0) = 0 and s.execution_time <> t.wake)))"
            + " union all select s.task_instance, null from scheduled_tasks s left join task t on t.name = s.task_instance"
            + " where s.task_name = '" + WAKE_NAME + "' and t.name is null and s.picked = false limit #{limit}")
    List<WakeRow> misplaced(@Param("limit") int limit);

    /** The sale of a paused SKU goes on. */
    @Update("update sku set state = 'SELLING' where id = #{id} and state = 'PAUSED'")
    int resume(@Param("id") int id);
}
