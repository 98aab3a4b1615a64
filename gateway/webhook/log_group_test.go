package webhook

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"outdial/contact"
	"outdial/fault"
	"outdial/wire"
)

const logged = `[{"ContactId":"c-1","Identifier":"a","Timestamp":"2026-11-20T12:00:00.250Z"}, {"ContactId":"c-1","Identifier":"b","Timestamp":"2026-11-20T12:00:01.000Z"}]`

func logGroup(t *testing.T, f http.HandlerFunc) *LogGroup {
	t.Helper()
	l, err := NewLogGroup(LogGroupConfig{Group: "/aws/connect/demo", Stream: "flows", HTTP: plain{far(t, f)},
		Service: Service{URL: "https://logs.eu-central-1.amazonaws.com", Credentials: wire.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}}})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A group and its stream are made when they are not there, and the entries go
// with their times and in order.
func TestLogGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []seen
		l := logGroup(t, func(w http.ResponseWriter, r *http.Request) {
			got = append(got, see(r))
			if len(got) == 1 {
				w.WriteHeader(400)
				w.Write([]byte(`{"__type":"ResourceNotFoundException","message":"no such group"}`))
			}
			if len(got) == 2 {
				w.WriteHeader(400)
				w.Write([]byte(`{"__type":"com.amazonaws.logs#ResourceAlreadyExistsException"}`))
			}
		})
		if _, err := l.Do(t.Context(), &contact.Contact{}, publish(logged)); err != nil {
			t.Fatal(err)
		}
		var asked []string
		for _, s := range got {
			asked = append(asked, s.method+" "+s.uri+" "+s.header.Get("X-Amz-Target")+" "+s.header.Get("Content-Type"))
			if a := s.header.Get("Authorization"); !strings.Contains(a, "/eu-central-1/logs/aws4_request") || !strings.Contains(a, "x-amz-target") {
				t.Errorf("signed %s", a)
			}
		}
		want := "POST / Logs_20140328.PutLogEvents,POST / Logs_20140328.CreateLogGroup,POST / Logs_20140328.CreateLogStream,POST / Logs_20140328.PutLogEvents"
		if s := strings.ReplaceAll(strings.Join(asked, ","), " application/x-amz-json-1.1", ""); s != want {
			t.Errorf("asked %s", s)
		}
		var put struct {
			Group  string `json:"logGroupName"`
			Stream string `json:"logStreamName"`
			Events []logEvent
		}
		if err := json.Unmarshal([]byte(strings.Replace(got[3].body, `"logEvents"`, `"Events"`, 1)), &put); err != nil {
			t.Fatal(err)
		}
		if put.Group != "/aws/connect/demo" || put.Stream != "2026/11/20/flows" || len(put.Events) != 2 || put.Events[0].At != 1795176000250 ||
			put.Events[1].Message != `{"ContactId":"c-1","Identifier":"b","Timestamp":"2026-11-20T12:00:01.000Z"}` {
			t.Errorf("put %+v", put)
		}
	})
}

// What CloudWatch refuses waits; what is no log entry never goes.
func TestLogGroupFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := logGroup(t, func(w http.ResponseWriter, r *http.Request) {
			see(r)
			w.WriteHeader(400)
			w.Write([]byte(`{"__type":"AccessDeniedException","message":"no"}`))
		})
		_, err := l.Do(t.Context(), &contact.Contact{}, publish(logged))
		if !fault.Is(err, fault.Busy) || !strings.Contains(err.Error(), "AccessDeniedException no") {
			t.Errorf("%v", err)
		}
		for _, body := range []string{`[{"Timestamp":"yesterday"}]`, `[1`} {
			if _, err := l.Do(t.Context(), &contact.Contact{}, publish(body)); !fault.Is(err, fault.Refused) {
				t.Errorf("%s: %v", body, err)
			}
		}
		if _, err := l.Do(t.Context(), &contact.Contact{}, contact.SendMessage{}); !fault.Is(err, fault.Refused) {
			t.Errorf("%v", err)
		}
	})
}

// A batch that is too big goes as several.
func TestLogGroupBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		l := logGroup(t, func(w http.ResponseWriter, r *http.Request) {
			if n++; len(see(r).body) > maxLogBatch+1000 {
				w.WriteHeader(400)
			}
		})
		entry := `{"Timestamp":"2026-11-20T12:00:00Z","Results":"` + strings.Repeat("x", 500_000) + `"}`
		if _, err := l.Do(t.Context(), &contact.Contact{}, publish("["+strings.Repeat(entry+",", 4)+entry+"]")); err != nil || n != 3 {
			t.Errorf("%d batches, %v", n, err)
		}
	})
}

func TestLogGroupConfig(t *testing.T) {
	for _, c := range []LogGroupConfig{{Group: "g"}, {Service: Service{URL: "http://127.0.0.1:1"}}} {
		if _, err := NewLogGroup(c); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A list is a line for each of its entries.
func TestFileTakesLists(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Do(t.Context(), &contact.Contact{}, publish(logged)); err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(path)
	if err != nil || strings.Count(string(doc), "\n") != 2 || !strings.HasPrefix(string(doc), `{"ContactId":"c-1","Identifier":"a"`) {
		t.Errorf("%s, %v", doc, err)
	}
}
