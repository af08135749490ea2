-- SPDX-License-Identifier: Apache-2.0
-- slot: where a task that gathers units brings them (null: where the most are); slots is how many there shall be, of SLOTS
-- alone (0: of another kind). Up to here a slot stood in slots, where the first one could not be told from none.
alter table task
    add column slot int null,
    add constraint task_slot check (slot is null or slot >= 0);

update task set slot = slots, slots = 0 where rebalance = 'GATHER' and slots > 0;
