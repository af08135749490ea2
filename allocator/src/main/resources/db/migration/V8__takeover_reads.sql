-- SPDX-License-Identifier: Apache-2.0
-- What a takeover need not read, and what the books may forget.

-- The settled sections of an ownership stand in its lane at offsets from first_offset on and below end_offset. end_seq:
-- the seq for which end_offset is right; an allocator of an earlier version moves seq alone, and then the end is not known.
alter table partition_epoch
    add column first_offset bigint not null default 0,
    add column end_offset   bigint not null default 0,
    add column end_seq      bigint not null default 0;

-- forgotten: ownerships up to this epoch have ended in settled records, and their rows are gone.
alter table `partition` add column forgotten bigint not null default 0;

-- So far each allocator stamped marks by its own clock; from now on the database does. What stands is as young as can be.
update lane_mark set marked = utc_timestamp(3);
