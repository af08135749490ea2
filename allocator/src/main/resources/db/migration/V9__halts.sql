-- SPDX-License-Identifier: Apache-2.0
-- One bad thing stops no more than it must: a section that breaks the books halts its partition, not the lane, and a record
-- that can't be read is passed over by an operator's decision.

-- halted: a seq jumped, or a section broke the books: nothing after the last section counts. halt_reason: why, and where it
-- stands (null: it never was, or before this was written down).
alter table partition_epoch
    add column halt_reason varchar(512) null;

-- halted: an epoch of it is halted and no operator has decided what left it since. Nobody may serve it until then.
alter table `partition`
    add column halted boolean not null default false;

update `partition` p join partition_epoch e on e.sku_id = p.sku_id and e.slot = p.slot and e.halted
    set p.halted = true;

-- Records that nobody can read and that an operator has decided to pass over: by settlement, and by takeovers. print: tells
-- the record that was meant from another one at the same offset.
create table lane_skip (
    lane     int          not null,
    position bigint       not null,
    print    bigint       not null,
    reason   varchar(512) not null,
    who      varchar(128) not null,
    skipped  datetime(3)  not null default current_timestamp(3),
    primary key (lane, position, print)
);
