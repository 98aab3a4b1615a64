package store

// A Tx is one unit of work, or one View. It must not be used after its fn.
type Tx struct{ b *batch }

// Read reads what need names by one statement per table, where a View is about to
// ask for much of it.
func (t *Tx) Read(need Need) error { return t.b.load(need) }
