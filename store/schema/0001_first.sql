-- One text for both databases. "bigint primary key" becomes SQLite's rowid, and
-- text compares by bytes in PostgreSQL: the two words that migrate.go changes.
-- Times are milliseconds since 1970; documents are JSON. Keys called k are the
-- first 64 bits of a SHA-256 of the text that stands beside them.

create table contact (
	id        text primary key,
	instance  text not null,
	initiated bigint not null,
	channel   text not null,
	method    text not null,
	customer  text not null, -- address
	ended     bigint not null, -- 0 while it is open
	queue     text not null, -- the queue in which it waits now, or ''
	node      text not null, -- the node that holds its live call, or ''
	line      bigint not null, -- key of the line that it holds, an open chat's; or 0
	doc       text not null
);
-- Pages and the retention walk this one. It grows at its end only; the customer
-- is in it so that a person is found without reading the documents.
create index contact_initiated on contact (instance, initiated, id, customer);
-- The others hold open contacts only: a million ended ones cost them nothing.
create index contact_open on contact (instance, channel) where ended = 0;
create index contact_queue on contact (queue) where queue <> '';
create index contact_node on contact (node) where node <> '';
create unique index contact_line on contact (line) where line <> 0;

-- Tokens and marks are kept in the order in which they expire: they are written
-- side by side, and swept from the front without an index of their own.
create table token (
	id      bigint primary key,
	k       bigint not null,
	name    text not null,
	contact text not null,
	hashes  text not null,
	expires bigint not null
);
create unique index token_k on token (k);

create table mark (
	id      bigint primary key,
	k       bigint not null,
	name    text not null,
	doc     text not null,
	expires bigint not null -- 0 is never
);
create unique index mark_k on mark (k);
create index mark_lasting on mark (name) where expires = 0;

create table job (
	id       bigint primary key,
	contact  text not null,
	lane     text not null,
	account  text not null,
	node     text not null,
	due      bigint not null,
	ord      bigint not null, -- the order in which it is handed out
	meter    text not null, -- the account whose throttle it takes from, or ''
	state    bigint not null, -- 0 ready, 1 behind another of its lane, 2 leased, 3 parked
	holder   text not null, -- who has it while it is leased
	until    bigint not null, -- end of the lease, in real time
	tries    bigint not null,
	lost     bigint not null,
	segments bigint not null,
	held     bigint not null,
	kind     text not null,
	doc      text not null,
	first    bigint not null,
	why      text not null
);
create index job_contact on job (contact);
create index job_ready on job (meter, ord) where state = 0;
create index job_leased on job (until) where state = 2;
create index job_parked on job (account) where state = 3;

create table message (
	id      text primary key,
	contact text not null,
	created bigint not null,
	doc     text not null
);
create index message_contact on message (contact);

create table ref (
	k       bigint primary key,
	account text not null,
	name    text not null,
	message text not null,
	contact text not null
);
create index ref_contact on ref (contact);

create table record (
	id      bigint primary key,
	contact text not null,
	at      bigint not null,
	doc     text not null
);
create index record_contact on record (contact);

create table event (
	id      text primary key,
	contact text not null,
	at      bigint not null,
	type    text not null,
	body    text not null
);
create index event_contact on event (contact);

create table resource (
	kind     text not null,
	id       text not null,
	instance text not null,
	name     text not null,
	doc      text not null,
	primary key (kind, id)
);
create unique index resource_name on resource (kind, instance, name) where name <> '';
create index resource_instance on resource (kind, instance, id);

create table node (
	name  text primary key,
	until bigint not null, -- in real time
	heir  text not null -- the node that was told of its death, or ''
);
