package stream

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"outdial/fault"
)

var call = Start{
	Stream: "s-1", Contact: "c-1", Instance: "i-1", Account: "acme", Customer: "+12065550123", System: "+12065550110",
	Tracks: []string{FromCustomer, ToCustomer}, Parameters: map[string]string{"account": "42"},
}

// A run is a stream that runs.
type run struct {
	*Stream
	t      *testing.T
	ready  chan error
	totals chan Totals
}

func begin(t *testing.T, f *far, c Config, b Start) *run {
	t.Helper()
	if c.URL == "" {
		c.URL = "ws://far.example/calls/{contact}?from={customer}"
	}
	s, err := New(c, f.client, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &run{Stream: s.Stream(b), t: t, ready: make(chan error, 1), totals: make(chan Totals, 1)}
	go func() { r.totals <- r.Run(func(err error) { r.ready <- err }) }()
	return r
}

// say lets so much of a call go by: what is heard is 1, what is said is 2.
func (r *run) say(d time.Duration) {
	heard, said := make([]int16, 160), make([]int16, 160)
	for i := range heard {
		heard[i], said[i] = 1, 2
	}
	for range int(d / piece) {
		r.Take(heard, said)
		time.Sleep(piece)
	}
	synctest.Wait()
}

func inBubble(t *testing.T, f func(t *testing.T, far *far)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newFar(t)) })
}

func TestWalk(t *testing.T) {
	inBubble(t, func(t *testing.T, f *far) {
		r := begin(t, f, Config{Token: "secret", Headers: map[string]string{"X-Tenant": "acme"}}, call)
		if err := <-r.ready; err != nil {
			t.Fatal(err)
		}
		r.say(250 * time.Millisecond)
		said, sound := f.heard()
		if q := f.asked[0]; q.URL.String() != "/calls/c-1?from=%2B12065550123" || q.Header.Get("Authorization") != "Bearer secret" || q.Header.Get("X-Tenant") != "acme" {
			t.Errorf("%s %v", q.URL, q.Header)
		}
		if len(said) != 1 || said[0]["event"] != "start" || said[0]["contactId"] != "c-1" || said[0]["customer"] != "+12065550123" ||
			said[0]["resumed"] != nil || said[0]["parameters"].(map[string]any)["account"] != "42" {
			t.Errorf("%v", said)
		}
		if x := said[0]["format"].(map[string]any); x["encoding"] != PCM || x["sampleRate"] != 8000.0 || x["frameMilliseconds"] != 100.0 || x["frames"] != "binary" {
			t.Errorf("%v", x)
		}
		if len(sound) != 4 {
			t.Fatalf("%d messages of sound", len(sound))
		}
		for i, b := range sound {
			wants := []byte{1, byte(1 + i%2), 0, 0}
			wants = binary.BigEndian.AppendUint32(wants, uint32(i+1))
			wants = binary.BigEndian.AppendUint64(wants, uint64(i/2*100))
			wants = append(wants, bytes.Repeat([]byte{byte(1 + i%2), 0}, 800)...)
			if !bytes.Equal(b, wants) {
				t.Errorf("message %d: %x", i, b[:24])
			}
		}
		r.Stop("flow")
		r.Stop("again")
		r.Take(nil, nil)
		if n := <-r.totals; n != (Totals{Sent: 6, Last: 6}) {
			t.Errorf("%+v", n)
		}
		synctest.Wait()
		said, sound = f.heard()
		if len(sound) != 2 || len(sound[0]) != headerSize+2*2*160 { // the rest, which is less than a chunk
			t.Errorf("%d messages, %d octets", len(sound), len(sound[0]))
		}
		if len(said) != 1 || said[0]["event"] != "stop" || said[0]["reason"] != "flow" || said[0]["sent"] != 6.0 || said[0]["dropped"] != 0.0 {
			t.Errorf("%v", said)
		}
	})
}

func TestBase64(t *testing.T) {
	inBubble(t, func(t *testing.T, f *far) {
		b := call
		b.Tracks = []string{ToCustomer}
		r := begin(t, f, Config{Frames: base64Frames, Encoding: Mulaw, Frame: 20 * time.Millisecond}, b)
		<-r.ready
		r.say(40 * time.Millisecond)
		r.Stop("callEnded")
		<-r.totals
		synctest.Wait()
		said, sound := f.heard()
		if len(said) != 4 || len(sound) != 0 {
			t.Fatalf("%v", said)
		}
		m := said[2]
		pcm, err := base64.StdEncoding.DecodeString(m["payload"].(string))
		if err != nil || len(pcm) != 160 || m["event"] != "media" || m["track"] != ToCustomer || m["sequence"] != 2.0 || m["timestamp"] != 20.0 {
			t.Errorf("%v, %v", m, err)
		}
	})
}

// The far side goes and comes back: what fits into the buffer is heard all the
// same, what does not is counted.
func TestReconnects(t *testing.T) {
	inBubble(t, func(t *testing.T, f *far) {
		b := call
		b.Tracks = []string{FromCustomer}
		r := begin(t, f, Config{Buffer: time.Second}, b)
		<-r.ready
		r.say(time.Second)
		f.set(func(f *far) { f.away = true })
		f.breakOff()
		r.say(30 * time.Second)
		f.set(func(f *far) { f.away = false })
		r.say(15 * time.Second)
		said, sound := f.heard()
		if len(said) != 3 || said[1]["event"] != "start" || said[1]["resumed"] != true || said[2]["event"] != "dropped" {
			t.Fatalf("%v", said)
		}
		dropped := int(said[2]["dropped"].(float64))
		if dropped < 280 || len(sound)+dropped != 460 {
			t.Errorf("%d came, %d were dropped", len(sound), dropped)
		}
		seq := func(b []byte) uint32 { return binary.BigEndian.Uint32(b[4:]) }
		if n := seq(sound[10]); n != uint32(dropped+11) || float64(n) != said[2]["sequence"] {
			t.Errorf("it goes on at %d", n)
		}
		if at := binary.BigEndian.Uint64(sound[10][8:]); at != uint64(seq(sound[10])-1)*100 {
			t.Errorf("at %d ms", at)
		}
		r.Stop("flow")
		if n := <-r.totals; n.Breaks != 1 || n.Dropped != int64(dropped) {
			t.Errorf("%+v", n)
		}
	})
}

// A far side that takes the connection and reads nothing holds nothing up.
func TestSlow(t *testing.T) {
	inBubble(t, func(t *testing.T, f *far) {
		r := begin(t, f, Config{Buffer: time.Second}, call)
		<-r.ready
		f.set(func(f *far) { f.deaf = true })
		f.breakOff()
		r.say(time.Minute)
		began := time.Now()
		r.Stop("callEnded")
		n := <-r.totals
		if n.Dropped < 1000 || time.Since(began) > flushTime+time.Second {
			t.Errorf("%+v after %v", n, time.Since(began))
		}
	})
}

func TestNobodyThere(t *testing.T) {
	for name, change := range map[string]func(*far){
		"away":    func(f *far) { f.away = true },
		"refuses": func(f *far) { f.refuse = 403 },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *far) {
				f.set(change)
				began := time.Now()
				r := begin(t, f, Config{Connect: 2 * time.Second}, call)
				err := <-r.ready
				if d := time.Since(began); err == nil || d > 2*time.Second || name == "refuses" && !strings.Contains(err.Error(), "403") {
					t.Errorf("%v after %v", err, d)
				}
				<-r.totals
			})
		})
	}
}

// It comes up late, but in time.
func TestThereAtTheSecondTry(t *testing.T) {
	inBubble(t, func(t *testing.T, f *far) {
		f.set(func(f *far) { f.away = true })
		r := begin(t, f, Config{}, call)
		time.Sleep(time.Second)
		f.set(func(f *far) { f.away = false })
		if err := <-r.ready; err != nil {
			t.Error(err)
		}
		r.Stop("flow")
		<-r.totals
	})
}

// The call ends before the far side was there.
func TestStopsWhileConnecting(t *testing.T) {
	inBubble(t, func(t *testing.T, f *far) {
		f.set(func(f *far) { f.away = true })
		r := begin(t, f, Config{Connect: 30 * time.Second}, call)
		time.Sleep(time.Second)
		began := time.Now()
		r.Stop("callEnded")
		if err := <-r.ready; err == nil || time.Since(began) > 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		<-r.totals
	})
}

// A server's certificate is looked at.
func TestTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		for err == nil {
			_, _, err = c.Read(r.Context())
		}
	}))
	defer s.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ca   string
		good bool
	}{{ca, true}, {"", false}} {
		z, err := New(Config{URL: "wss" + strings.TrimPrefix(s.URL, "https"), CA: c.ca, Connect: time.Second}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		x := z.Stream(call)
		ready, done := make(chan error, 1), make(chan Totals, 1)
		go func() { done <- x.Run(func(err error) { ready <- err }) }()
		if err := <-ready; (err == nil) != c.good {
			t.Errorf("with authorities %q: %v", c.ca, err)
		}
		x.Stop("flow")
		<-done
	}
}

func TestConfig(t *testing.T) {
	for field, change := range map[string]func(*Config){
		"url":             func(c *Config) { c.URL = "https://x" },
		"encoding":        func(c *Config) { c.Encoding = "opus" },
		"frames":          func(c *Config) { c.Frames = "text" },
		"frame":           func(c *Config) { c.Frame = 30 * time.Millisecond },
		"buffer":          func(c *Config) { c.Buffer = time.Hour },
		"connect_timeout": func(c *Config) { c.Connect = time.Hour },
		"headers":         func(c *Config) { c.Headers = map[string]string{"X": "a\r\nb"} },
		"attributes":      func(c *Config) { c.Attributes = []string{""} },
		"ca":              func(c *Config) { c.CA = "/dev/null" },
	} {
		c := Config{URL: "wss://x/{contact}"}
		change(&c)
		if _, err := New(c, nil, nil); !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), field+": ") {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, u := range []string{"", "wss://", "wss://x/{who}", "ws:/x", "://"} {
		if _, err := New(Config{URL: u}, nil, nil); err == nil {
			t.Errorf("%q is taken", u)
		}
	}
	if !slices.Contains(places, "{contact}") {
		t.Error("an address cannot name the contact")
	}
}
