-- SPDX-License-Identifier: Apache-2.0
-- The books of Granary. All units are whole pieces; all times are UTC.
-- Lock order of every transaction: lane, deduction (the ledger), partition_epoch, partition, sku.

-- One row a SKU. inventory: units that no partition holds; pool: units that partitions hold; actual: what can still
-- be sold; received: all units ever added; sold: live units in the ledger; written_off: units taken away by ADJUST.
create table sku (
    id          int unsigned      not null auto_increment,
    code        varchar(64)       character set ascii collate ascii_bin not null,
    state       varchar(16)       character set ascii collate ascii_bin not null default 'SELLING',
    slots       smallint unsigned not null,
    inventory   bigint            not null default 0,
    pool        bigint            not null default 0,
    actual      bigint            not null default 0,
    received    bigint            not null default 0,
    sold        bigint            not null default 0,
    written_off bigint            not null default 0,
    primary key (id),
    unique key sku_code (code),
    constraint sku_state check (state in ('SELLING', 'PAUSED')),
    constraint sku_slots check (slots between 1 and 1024),
    constraint sku_none_negative check (inventory >= 0 and pool >= 0 and sold >= 0 and received >= 0 and written_off >= 0),
    constraint sku_actual_is_pool_and_inventory check (actual = pool + inventory),
    constraint sku_received_is_accounted_for check (received = actual + sold + written_off)
);

-- One row a lane of the stock log. owner: the incarnation of the node that appends there (null: free);
-- settled: the offset of the first record that is not applied; tail: a fingerprint of the record before it, by which
-- settlement sees whether the log still has what was applied (null: nothing was); ids: request ids applied so far;
-- alarm: why settlement stopped here (null: it did not).
create table lane (
    lane    int          not null,
    owner   varchar(128) character set ascii collate ascii_bin null,
    settled bigint       not null default 0,
    tail    bigint       null,
    ids     bigint       not null default 0,
    alarm   varchar(512) null,
    primary key (lane),
    unique key lane_owner (owner),
    constraint lane_settled check (settled >= 0)
);

-- Marks in a lane, from which a takeover reads the request ids of the id window: ids had been applied before position.
create table lane_mark (
    lane     int         not null,
    position bigint      not null,
    ids      bigint      not null,
    marked   datetime(3) not null,
    primary key (lane, position)
);

-- One row a partition. granted, consumed, returned: running totals over all epochs, in units; consumed and returned
-- as settled. epoch 0: never opened. node, lane: the present owner.
create table `partition` (
    sku_id   int unsigned      not null,
    slot     smallint unsigned not null,
    epoch    bigint            not null default 0,
    node     varchar(128)      character set ascii collate ascii_bin null,
    lane     int               null,
    granted  bigint            not null default 0,
    consumed bigint            not null default 0,
    returned bigint            not null default 0,
    primary key (sku_id, slot),
    key partition_node (node),
    constraint partition_sku foreign key (sku_id) references sku (id),
    constraint partition_none_negative check (granted >= 0 and consumed >= 0 and returned >= 0),
    constraint partition_within_grant check (granted >= consumed + returned)
);

-- One row an ownership. seq: the last section applied; fenced: its end has been applied; halted: a seq jumped.
create table partition_epoch (
    sku_id int unsigned      not null,
    slot   smallint unsigned not null,
    epoch  bigint            not null,
    node   varchar(128)      character set ascii collate ascii_bin not null,
    lane   int               not null,
    seq    bigint            not null default 0,
    fenced boolean           not null default false,
    halted boolean           not null default false,
    primary key (sku_id, slot, epoch),
    key partition_epoch_lane (lane, fenced)
);

-- The ledger: one row a deduction. state: 1 live (later issues: 2 released, 3 confirmed). time: ms since 1970, when the
-- node formed its record.
create table deduction (
    sku_id     int unsigned      not null,
    request_id binary(16)        not null,
    quantity   int               not null,
    state      tinyint           not null default 1,
    slot       smallint unsigned not null,
    epoch      bigint            not null,
    time       bigint            not null,
    primary key (sku_id, request_id),
    constraint deduction_quantity check (quantity >= 1)
);

-- A request id that came again with another quantity: the first stands, the second's units went back.
create table conflict (
    id             bigint            not null auto_increment,
    sku_id         int unsigned      not null,
    request_id     binary(16)        not null,
    first_quantity int               not null,
    quantity       int               not null,
    slot           smallint unsigned not null,
    epoch          bigint            not null,
    time           bigint            not null,
    primary key (id),
    key conflict_request (sku_id, request_id)
);

-- Every grant: inventory to pool.
create table allocation (
    id      bigint            not null auto_increment,
    sku_id  int unsigned      not null,
    slot    smallint unsigned not null,
    epoch   bigint            not null,
    units   bigint            not null,
    reason  varchar(32)       character set ascii collate ascii_bin not null,
    granted datetime(6)       not null default current_timestamp(6),
    primary key (id),
    key allocation_sku (sku_id, id),
    constraint allocation_units check (units >= 1)
);

-- Every stock update from outside, once. outcome: APPLIED or DEAD (sent to the dead letters, with the reason; what
-- could not be read of it is null). print: a fingerprint of its content, by which an id that comes again is known to
-- mean the same.
create table stock_update (
    update_id varchar(128) character set ascii collate ascii_bin not null,
    sku       varchar(64)  character set ascii collate ascii_bin null,
    kind      varchar(16)  character set ascii collate ascii_bin null,
    units     bigint       null,
    print     bigint       not null,
    outcome   varchar(16)  character set ascii collate ascii_bin not null,
    reason    varchar(512) null,
    applied   datetime(6)  not null default current_timestamp(6),
    primary key (update_id),
    key stock_update_sku (sku),
    constraint stock_update_outcome check (outcome = 'DEAD' or (outcome = 'APPLIED' and sku is not null and units <> 0))
);

-- Where the leader stands in the queues of the topic stock-update.
create table stock_update_position (
    queue         int    not null,
    next_position bigint not null,
    primary key (queue)
);

-- Counts the leaders of the allocators: nodes refuse links of lower terms.
create table leader_term (
    id     tinyint      not null,
    term   bigint       not null,
    leader varchar(128) character set ascii collate ascii_bin not null,
    primary key (id),
    constraint leader_term_one_row check (id = 1)
);
insert into leader_term (id, term, leader) values (1, 0, '');
