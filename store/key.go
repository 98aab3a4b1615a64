package store

import (
	"bytes"
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

// without gives a JSON object without its first member, where that is this one:
// the row's columns say it already. What is written otherwise stays. It is cut
// in place.
func without(doc []byte, name, value string) []byte {
	rest, found := bytes.CutPrefix(doc, []byte(`{"`+name+`":"`+value+`",`))
	if !found {
		return doc
	}
	doc = doc[len(doc)-len(rest)-1:]
	doc[0] = '{'
	return doc
}
