-- Who did what. One file for all that this took: commands that are not repeated by mistake, and their history.

-- One row for each command of an operator that changed something, and for what tasks did to SKUs in an operator's stead;
-- written in the transaction that did it. request_key: names the request (null: it had no name): the unique key is what
-- makes it be done once. kind, sku, subject (the task, node, rebalance or stock update that it was about), units and what
-- say all of what was asked for, so that a name that comes again for something else is known. rebalance: the one that it
-- began. answer: what was answered, as JSON, where that can't be found again. It is also the journal that is shown, newest
-- first, and forgotten after the time that granary.allocator.retention.history says.
create table operation (
    id          bigint       not null auto_increment,
    request_key varchar(128) character set ascii collate ascii_bin null,
    kind        varchar(32)  character set ascii collate ascii_bin not null,
    sku         varchar(64)  character set ascii collate ascii_bin null,
    subject     varchar(128) character set ascii collate ascii_bin null,
    units       bigint       null,
    what        varchar(512) not null,
    who         varchar(128) not null,
    rebalance   bigint       null,
    answer      mediumtext   character set utf8mb4 null,
    done        datetime(3)  not null default current_timestamp(3),
    primary key (id),
    unique key operation_request (request_key),
    key operation_sku (sku, id),
    key operation_done (done)
);

-- Finished rebalances are forgotten with their moves, oldest first.
alter table rebalance add key rebalance_over (state, changed);
