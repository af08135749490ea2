-- Deductions are released (2: cancelled, their units went back to the inventory) and confirmed (3: final).
alter table deduction
    add constraint deduction_state check (state in (1, 2, 3));

-- What was said of a deduction that the ledger did not have then: it gets that state as soon as it settles, and the mark
-- goes. Lock order of who writes it: deduction, mark and deduction again, before any partition and SKU; see Marks.
create table deduction_mark (
    sku_id     int unsigned not null,
    request_id binary(16)   not null,
    state      tinyint      not null,
    update_id  varchar(128) character set ascii collate ascii_bin not null,
    noted      datetime(6)  not null default current_timestamp(6),
    primary key (sku_id, request_id),
    constraint deduction_mark_state check (state in (2, 3))
);

-- request_id: of RELEASE and CONFIRM, which have no units of their own.
alter table stock_update
    add column request_id binary(16) null,
    drop constraint stock_update_outcome;
alter table stock_update
    add constraint stock_update_outcome check (outcome = 'DEAD'
        or (outcome = 'APPLIED' and sku is not null and (units <> 0 or request_id is not null)));

-- Every dead letter, with what it said. queue, position: where it stood (a message that was looked at again is the same
-- one). replayed: when it was last published again, with which content, by whom.
create table dead_letter (
    id          bigint       not null auto_increment,
    queue       int          not null,
    position    bigint       not null,
    update_id   varchar(128) character set ascii collate ascii_bin null,
    reason      varchar(512) not null,
    original    mediumtext   character set utf8mb4 not null,
    noted       datetime(3)  not null default current_timestamp(3),
    replays     int          not null default 0,
    replayed    datetime(3)  null,
    replayed_by varchar(64)  null,
    replayed_as mediumtext   character set utf8mb4 null,
    primary key (id),
    unique key dead_letter_place (queue, position)
);
