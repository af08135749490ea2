-- SPDX-License-Identifier: Apache-2.0
-- What operators want of SKUs and nodes. Lock order: after sku come rebalance, rebalance_move, node_drain.

-- frozen: no unit is moved between inventory and partitions. rebalance: the one that the leader works on (null: none).
-- plan_*: how units are given out, where that differs from the settings (null: it does not). first_units: all slots
-- together get so many at first; horizon_ms: a refill is for so long; low_watermark: a slot with fewer units is refilled;
-- ceiling_units, ceiling_percent: the pool is filled up to so many units, and up to this part of actual.
alter table sku
    add column frozen               boolean           not null default false,
    add column rebalance            bigint            null,
    add column plan_first_units     bigint            null,
    add column plan_horizon_ms      bigint            null,
    add column plan_low_watermark   bigint            null,
    add column plan_ceiling_units   bigint            null,
    add column plan_ceiling_percent smallint unsigned null,
    add constraint sku_plan_units check ((plan_first_units is null or plan_first_units >= 1)
        and (plan_low_watermark is null or plan_low_watermark >= 1)
        and (plan_ceiling_units is null or plan_ceiling_units >= 1)
        and (plan_ceiling_percent is null or plan_ceiling_percent between 1 and 100)
        and (plan_horizon_ms is null or plan_horizon_ms >= 10));

-- Nodes that get no partitions and lose those they have, by their configured names.
create table node_drain (
    node  varchar(128) character set ascii collate ascii_bin not null,
    who   varchar(128) not null,
    since datetime(6)  not null default current_timestamp(6),
    primary key (node)
);

-- Every rebalance that was asked for. sku_id: null for DRAIN. node: of DRAIN. slots: of SLOTS, how many there shall be;
-- of GATHER, the slot (null: the fullest). partitions: of DRAIN, how many the node owned when it was asked for.
create table rebalance (
    id         bigint            not null auto_increment,
    kind       varchar(16)       character set ascii collate ascii_bin not null,
    sku_id     int unsigned      null,
    node       varchar(128)      character set ascii collate ascii_bin null,
    slots      smallint unsigned null,
    partitions int               null,
    who        varchar(128)      not null,
    state      varchar(16)       character set ascii collate ascii_bin not null,
    reason     varchar(512)      null,
    created    datetime(6)       not null default current_timestamp(6),
    changed    datetime(6)       not null default current_timestamp(6) on update current_timestamp(6),
    primary key (id),
    key rebalance_sku (sku_id, id),
    key rebalance_node (node, state),
    constraint rebalance_kind check (kind in
        ('EVEN', 'FOLLOW_DEMAND', 'GATHER', 'DRAIN', 'SLOTS', 'HOME', 'FREEZE', 'UNFREEZE')),
    constraint rebalance_state check (state in ('PLANNED', 'RUNNING', 'STOPPED', 'DONE', 'FAILED')),
    constraint rebalance_of_what check ((kind = 'DRAIN') = (node is not null) and (kind = 'DRAIN') = (sku_id is null))
);

-- The moves of a rebalance. from_slot, to_slot: null is the inventory. base: what the slot had returned when the move
-- began (null: it has not); return_to: what it shall have returned; moved: units that have arrived; is_over: nothing
-- more will be moved.
create table rebalance_move (
    rebalance_id bigint            not null,
    number       int               not null,
    from_slot    smallint unsigned null,
    to_slot      smallint unsigned null,
    units        bigint            not null,
    why          varchar(255)      not null,
    base         bigint            null,
    return_to    bigint            not null default 0,
    moved        bigint            not null default 0,
    is_over      boolean           not null default false,
    primary key (rebalance_id, number),
    constraint rebalance_move_units check (units >= 1 and moved >= 0)
);
