-- The events of a turn lie in its row of the timeline, as a JSON list: they are
-- written with it, found with it and erased with it. What an earlier version
-- wrote stays in the table event, and is read there.
alter table record add column events text not null default '';
