package store

// A Tx is one unit of work, or one View. It must not be used after its fn.
type Tx struct{ b *batch }
