// Package store keeps what must outlive the process, and hands out effects that
// are due: contacts, jobs, messages, timelines, tokens, resources, on one SQLite
// file or on PostgreSQL.
//
// It decides nothing: it knows no flow, no carrier and no clock of its own. The
// time is handed in; no SQL here says now().
package store
