-- SPDX-License-Identifier: Apache-2.0
-- Partitions of a SKU may be spread over the nodes, as an operator wants it. Such a rebalance has no moves of units: it
-- gives partitions to other nodes.
alter table rebalance
    drop constraint rebalance_kind;
alter table rebalance
    add constraint rebalance_kind check (kind in
        ('EVEN', 'FOLLOW_DEMAND', 'GATHER', 'DRAIN', 'SLOTS', 'LEVEL', 'HOME', 'FREEZE', 'UNFREEZE'));
