package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// The access key of every server here.
const (
	keyID  = "AKODE2ETESTE2ETESTE2"
	secret = "of the end-to-end tests, and of nothing else"
)

// program is the path of the program, built once.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "e2e")
	if err == nil {
		program = filepath.Join(dir, "outdial")
		out, failed := exec.Command("go", "build", "-o", program, "outdial/cmd/outdial").CombinedOutput()
		if err = failed; err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// A server is the program, serving.
type server struct {
	*testing.T
	ready
	dir  string
	args []string
	cmd  *exec.Cmd
	api  *connect.Client
}

// ready is what the server writes when it serves.
type ready struct {
	Endpoint, Region, AccountID string
	InstanceID, InstanceArn     string
	Flows, Queues               map[string]string
	PhoneNumbers                []struct {
		ID, Arn, Number string
		Channels        []string
	}
	Templates []struct {
		Name, KnowledgeBaseID, MessageTemplateID, Channel string
	}
}

// serve starts a server on a store of the test's own; config is the text of its
// configuration, "" for none.
func serve(t *testing.T, config string) *server {
	t.Helper()
	s := &server{T: t, dir: t.TempDir()}
	s.args = []string{"serve", "-store", storeURL(t, s.dir)}
	if config != "" {
		path := filepath.Join(s.dir, "outdial.yaml")
		if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		s.args = append(s.args, "-config", path)
	}
	t.Cleanup(func() {
		s.end(syscall.SIGTERM)
		if t.Failed() {
			t.Logf("the server said:\n%s", s.read("log"))
		}
	})
	s.begin()
	return s
}

// storeURL is a store of the test's own: a file, or with OUTDIAL_E2E=postgres a
// schema on the server of PGURL.
func storeURL(t *testing.T, dir string) string {
	t.Helper()
	if os.Getenv("OUTDIAL_E2E") != "postgres" {
		return "file:" + filepath.Join(dir, "outdial.db")
	}
	u, err := url.Parse(os.Getenv("PGURL"))
	if err != nil || u.Host == "" {
		t.Fatalf("PGURL: %q is no database (%v)", os.Getenv("PGURL"), err)
	}
	c, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	name := "e2e_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if _, err := c.Exec(t.Context(), "create schema "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer c.Close(context.Background())
		if _, err := c.Exec(context.Background(), "drop schema "+name+" cascade"); err != nil {
			t.Error(err)
		}
	})
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// begin starts the program, and waits until it serves.
func (s *server) begin() {
	s.Helper()
	file := filepath.Join(s.dir, "ready.json")
	os.Remove(file)
	listen := "127.0.0.1:0"
	if s.Endpoint != "" {
		// The address names a process among those that share a database: what was
		// in hand at it is found again at once.
		listen = strings.TrimPrefix(s.Endpoint, "http://")
	}
	s.cmd = exec.Command(program, append(s.args, "-ready", file, "-listen", listen)...)
	s.cmd.Dir, s.cmd.Stderr, s.cmd.Stdout = s.dir, s.append("log"), s.append("said")
	s.cmd.Env = append(os.Environ(), "OUTDIAL_ACCESS_KEY_ID="+keyID, "OUTDIAL_SECRET_ACCESS_KEY="+secret)
	if err := s.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	s.ready = ready{}
	ctx, cancel := context.WithTimeout(s.Context(), 20*time.Second)
	defer cancel()
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		if raw, err := os.ReadFile(file); err == nil && json.Unmarshal(raw, &s.ready) == nil {
			tick.Stop()
			break
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.Fatalf("the server does not serve:\n%s", s.read("log"))
		}
	}
	s.api = s.client(keyID, secret)
}

// append opens a file that the program writes to.
func (s *server) append(name string) *os.File {
	s.Helper()
	f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { f.Close() })
	return f
}

// read gives what the program has written: "log" on standard error, "said" on
// standard output.
func (s *server) read(name string) string {
	raw, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// client is an unmodified SDK that tries once, so that errors are seen as they come.
func (s *server) client(id, secret string) *connect.Client {
	return connect.New(connect.Options{
		Region: s.Region, BaseEndpoint: aws.String(s.Endpoint), Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, nil
		}),
	})
}

// end ends the program with a signal.
func (s *server) end(sig syscall.Signal) {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Signal(sig)
	s.cmd.Wait()
	s.cmd = nil
}

// kill ends the program as a crash does, and starts it again on the same store.
func (s *server) kill() {
	s.Helper()
	s.end(syscall.SIGKILL)
	s.begin()
}

// number gives the number that has a channel.
func (s *server) number(channel string) (arn, number string) {
	for _, n := range s.PhoneNumbers {
		for _, c := range n.Channels {
			if c == channel {
				return n.Arn, n.Number
			}
		}
	}
	s.Fatalf("no number has %s", channel)
	return "", ""
}

// call calls one of the server's own pages.
func (s *server) call(method, path string, body, out any) {
	s.Helper()
	var in bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&in).Encode(body); err != nil {
			s.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(s.Context(), method, s.Endpoint+"/_outdial/"+path, &in)
	if err != nil {
		s.Fatal(err)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode/100 != 2 {
		s.Fatalf("%s %s: %s %s %v", method, path, a.Status, raw, err)
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			s.Fatalf("%s %s: %s: %v", method, path, raw, err)
		}
	}
}

// advance moves time, and returns at rest; "0s" only comes to rest.
func (s *server) advance(d string) {
	s.Helper()
	s.call("POST", "clock", map[string]string{"advance": d}, nil)
}

// handset is the phone of a customer.
type handset struct {
	Messages []struct{ Direction, Channel, From, To, Text, Status, ContactID string }
	Call     struct {
		State, From, ContactID string
		Heard                  []string
	}
}

func (s *server) handset(number string) handset {
	s.Helper()
	s.advance("0s")
	var h handset
	s.call("GET", "handsets/"+url.PathEscape(number), nil, &h)
	return h
}

// texts gives what arrived at a handset.
func (s *server) texts(number string) (out []string) {
	s.Helper()
	for _, m := range s.handset(number).Messages {
		if m.Direction == "in" {
			out = append(out, m.Text)
		}
	}
	return out
}

// reply writes from a handset.
func (s *server) reply(number, to, channel, text string) {
	s.Helper()
	s.call("POST", "handsets/"+url.PathEscape(number)+"/messages", map[string]string{"text": text, "to": to, "channel": channel}, nil)
	s.advance("0s")
}

// act does something on a call.
func (s *server) act(number, action, digits string) {
	s.Helper()
	s.call("POST", "handsets/"+url.PathEscape(number)+"/call", map[string]string{"action": action, "digits": digits}, nil)
	s.advance("0s")
}

// contains fails unless some text holds part.
func contains(t *testing.T, texts []string, part string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(text, part) {
			return
		}
	}
	t.Errorf("%q in none of %q", part, texts)
}
