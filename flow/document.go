package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// A document is a flow's content as it lies in JSON: nothing is checked but
// that it is an object. Numbers are json.Number.
type document map[string]any

// mark is the byte order mark with which some editors begin a file.
var mark = []byte("\ufeff")

var errTrailing = errors.New("something follows the object")

// readDocument decodes doc.
func readDocument(doc []byte) (document, error) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(doc, mark)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errTrailing
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("a flow is a JSON object, not %s", jsonKind(v))
	}
	return m, nil
}

// actions gives the entries of Actions.
func (d document) actions() ([]any, bool) {
	list, ok := d["Actions"].([]any)
	return list, ok
}

// isOld tells the form in which the console exported flows before 2020: flow/legacy
// reads it, the service does not.
func (d document) isOld() bool {
	_, modules := d["modules"].([]any)
	return modules && d["start"] != nil && d["Actions"] == nil
}

// shown writes a member for a hint: a text as it is, else of which kind it is.
func (d document) shown(name string) string {
	if s, ok := d[name].(string); ok {
		return strconv.Quote(s)
	}
	return jsonKind(d[name])
}

// exportType gives Metadata.type, by which an export names its flow type.
func (d document) exportType() string {
	meta, _ := d["Metadata"].(map[string]any)
	s, _ := meta["type"].(string)
	return s
}

// text gives the string member of v, or "".
func text(v map[string]any, name string) string {
	s, _ := v[name].(string)
	return s
}

// sortedKeys gives the names of an object in order, so that nothing depends on
// the order of a Go map.
func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// jsonKind names the JSON type of v for messages.
func jsonKind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case json.Number, float64:
		return "a number"
	case bool:
		return "a boolean"
	case []any:
		return "a list"
	}
	return "an object"
}
