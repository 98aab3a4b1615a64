-- Many jobs can fall due in one millisecond: they are read in order, and never
-- sorted. SQLite's index has the id at its end by itself; PostgreSQL's has not.
create index job_next on job (meter, ord, id) where state = 0;
drop index job_ready;
