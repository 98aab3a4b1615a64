package store

// ResourceVersion tells the version of all resources that this process has seen
// last: what was read at one version is good for as long as it stays the same.
// A commit of this process has raised it before its Update returns.
func (s *Store) ResourceVersion() int64 { return s.cache.current() }
