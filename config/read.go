package config

import (
	"io"
	"io/fs"
	"os"
)

// Read reads and checks a file. Its error lists every mistake with its line.
func Read(path string, stdin io.Reader, getenv func(string) string) (*File, error) {
	var doc []byte
	var err error
	if path == "-" {
		path = "standard input"
		doc, err = io.ReadAll(io.LimitReader(stdin, 1<<24))
	} else {
		doc, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	return Parse(path, doc, getenv, nil)
}

// Parse reads and checks doc; name is what its mistakes are said of,
// folders are folders of flows that are built in.
func Parse(name string, doc []byte, getenv func(string) string, folders map[string]fs.FS) (*File, error) {
	d := decoder{getenv: getenv, lines: map[string]int{}}
	c := &File{folders: folders}
	d.decode(doc, c)
	if len(d.errs) == 0 {
		d.errs = check(c, d.lines, getenv)
	}
	if len(d.errs) > 0 {
		return nil, &problems{file: name, list: d.errs}
	}
	return c, nil
}
