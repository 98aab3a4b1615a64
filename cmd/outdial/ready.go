package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// A ready says where a server is, and how it is used: the ready file's JSON.
type ready struct {
	Endpoint     string            `json:"endpoint"`
	Region       string            `json:"region"`
	AccountID    string            `json:"accountId"`
	AccessKeyID  string            `json:"accessKeyId"`
	SecretKey    string            `json:"secretAccessKey"`
	InstanceID   string            `json:"instanceId"`
	InstanceARN  string            `json:"instanceArn"`
	Flows        map[string]string `json:"flows"`
	Queues       map[string]string `json:"queues"`
	PhoneNumbers []readyNumber     `json:"phoneNumbers"`
	Templates    []readyTemplate   `json:"templates"`
}

type readyNumber struct {
	ID       string   `json:"id"`
	ARN      string   `json:"arn"`
	Number   string   `json:"number"`
	Channels []string `json:"channels"`
}

type readyTemplate struct {
	Name              string   `json:"name"`
	KnowledgeBaseID   string   `json:"knowledgeBaseId"`
	MessageTemplateID string   `json:"messageTemplateId"`
	Channel           string   `json:"channel"`
	Attributes        []string `json:"attributes"`
}

// localReady is where a server leaves its ready file for the other verbs, and
// where they look for it: OUTDIAL_READY, or a folder of the user's own that
// does not outlive the machine. The server that started last has it, and gives it
// back to the one before, where that still lives.
func localReady(getenv func(string) string) string {
	if path := getenv("OUTDIAL_READY"); path != "" {
		return path
	}
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "outdial", "ready.json")
	}
	return filepath.Join(os.TempDir(), "outdial-"+strconv.Itoa(os.Getuid()), "ready.json")
}

// marshal gives the ready file's content.
func (r *ready) marshal() ([]byte, error) {
	doc, err := json.MarshalIndent(r, "", "  ")
	return append(doc, '\n'), err
}

// writeReady writes doc to path, whole or not at all, for the user alone.
func writeReady(path string, doc []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".ready-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(doc)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// writeLocalReady writes doc where the other verbs look for it. The folder must
// be the user's own: whoever can write there could send the verbs elsewhere.
func writeLocalReady(path string, doc []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s can be written by others", dir)
	}
	return writeReady(path, doc)
}

// dropReady removes a ready file that still is ours; where another server had it
// before, and still answers, it gets its own back.
func dropReady(path string, doc, before []byte) {
	now, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(now, doc) {
		return
	}
	if was, ours := endpointOf(before), endpointOf(doc); was != "" && was != ours && answers(was) && writeReady(path, before) == nil {
		return
	}
	os.Remove(path)
}

// endpointOf reads where the server of a ready file is; "" where that is not said.
func endpointOf(doc []byte) string {
	r := new(ready)
	if json.Unmarshal(doc, r) != nil {
		return ""
	}
	return r.Endpoint
}

// answers tells whether a server still listens.
func answers(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	conn, err := net.DialTimeout("tcp", u.Host, time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// readReady reads a ready file; nil where there is none. One that somebody else
// could have put there is not believed.
func readReady(path string) (*ready, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("%s can be written by others: it is not believed", path)
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := new(ready)
	if err := json.Unmarshal(doc, r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}
