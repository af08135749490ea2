-- Scheduled tasks. Times are UTC, by the database's own clock.

-- db-scheduler's own table, as its documentation gives it: when to look at which task, and who does. It says nothing
-- about what is to be done: that is the table task.
create table scheduled_tasks (
    task_name            varchar(100) character set ascii collate ascii_bin not null,
    task_instance        varchar(100) character set ascii collate ascii_bin not null,
    task_data            blob         null,
    execution_time       datetime(6)  not null,
    picked               boolean      not null,
    picked_by            varchar(50)  character set ascii collate ascii_bin null,
    last_success         datetime(6)  null,
    last_failure         datetime(6)  null,
    consecutive_failures int          null,
    last_heartbeat       datetime(6)  null,
    version              bigint       not null,
    priority             smallint     null,
    primary key (task_name, task_instance),
    key scheduled_tasks_time (execution_time),
    key scheduled_tasks_heartbeat (last_heartbeat)
);

-- One row a task. units: the pool's level (OPEN_SALE: 0 for none); ahead_seconds: OPEN_SALE, how long before its time it
-- prepares; rebalance, node, slots: what a REBALANCE wants. run_at, every_seconds (counted from created), cron with zone:
-- when, one of them. next_run: the time that comes next (null: none does); step: what comes next for that time. asked: an
-- operator wants it now. wake: when somebody has to look at it (null: never), of all this.
create table task (
    id            bigint       not null auto_increment,
    name          varchar(64)  character set ascii collate ascii_bin not null,
    kind          varchar(16)  character set ascii collate ascii_bin not null,
    sku           varchar(64)  character set ascii collate ascii_bin null,
    units         bigint       not null default 0,
    ahead_seconds int          not null default 0,
    rebalance     varchar(16)  character set ascii collate ascii_bin null,
    node          varchar(64)  character set ascii collate ascii_bin null,
    slots         int          not null default 0,
    run_at        datetime(3)  null,
    every_seconds int          null,
    cron          varchar(128) null,
    zone          varchar(64)  null,
    next_run      datetime(3)  null,
    step          varchar(8)   character set ascii collate ascii_bin not null,
    asked         datetime(3)  null,
    asked_by      varchar(64)  null,
    paused        boolean      not null default false,
    wake          datetime(3)  null,
    created       datetime(3)  not null,
    created_by    varchar(64)  not null,
    primary key (id),
    unique key task_name (name),
    constraint task_kind check (kind in ('OPEN_SALE', 'TOP_UP', 'REBALANCE', 'RECONCILE')),
    constraint task_sku check (sku is not null or kind not in ('OPEN_SALE', 'TOP_UP')),
    constraint task_step check (step in ('PREPARE', 'RUN')),
    constraint task_one_timing check ((run_at is not null) + (every_seconds is not null) + (cron is not null) = 1),
    constraint task_numbers check (units >= 0 and ahead_seconds >= 0 and slots >= 0 and coalesce(every_seconds, 1) >= 1)
);

-- One row a run of a task; written in the transaction that did it, so that a row says that it is done, and a time is
-- done once. due: the time for which it ran; cause: SCHEDULED, or ASKED by an operator.
create table task_run (
    id        bigint        not null auto_increment,
    task_id   bigint        not null,
    cause     varchar(16)   character set ascii collate ascii_bin not null,
    step      varchar(8)    character set ascii collate ascii_bin not null,
    due       datetime(3)   not null,
    asked_by  varchar(64)   null,
    allocator varchar(128)  character set ascii collate ascii_bin not null,
    started   datetime(3)   not null,
    ended     datetime(3)   not null,
    outcome   varchar(16)   character set ascii collate ascii_bin not null,
    detail    varchar(1000) not null,
    primary key (id),
    unique key task_run_once (task_id, cause, step, due),
    constraint task_run_task foreign key (task_id) references task (id) on delete cascade,
    constraint task_run_outcome check (outcome in ('DONE', 'NOTHING', 'DRIFT', 'FAILED'))
);
