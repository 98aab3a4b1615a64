-- Files that came with messages or were attached to contacts. A content is kept
-- once, by its SHA-256, however many files have it; its octets lie in a folder,
-- or in chunk, in base64.

create table file (
	id      text primary key,
	contact text not null, -- '' until a message names it
	hash    text not null, -- of its content, or '' while there is none
	created bigint not null, -- in real time
	doc     text not null
);
create index file_contact on file (contact, created);
create index file_hash on file (hash);

create table content (
	hash  text primary key,
	whole bigint not null, -- 1 when all of it is there
	seen  bigint not null -- when somebody last brought it, in real time
);
create index content_seen on content (seen);

create table chunk (
	hash text not null,
	n    bigint not null,
	data text not null,
	primary key (hash, n)
);
