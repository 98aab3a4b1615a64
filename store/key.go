package store

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
)

// key is the number under which a text is kept that does not sort by time:
// wide random keys cost most where the tables are large. The text is kept
// beside it and compared.
func key(text string) int64 {
	h := sha256.Sum256([]byte(text))
	return int64(binary.BigEndian.Uint64(h[:]))
}

// join makes one text of parts that hold no control characters.
func join(parts ...string) string { return strings.Join(parts, "\x1f") }
