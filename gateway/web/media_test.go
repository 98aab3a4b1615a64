package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// A file is kept only where it is as long, and has the SHA-256, that the carrier
// told; one that came damaged once is fetched once more.
func TestFilesAreWhatTheCarrierSays(t *testing.T) {
	sum := sha256.Sum256([]byte("a picture"))
	inHex, inBase64 := hex.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(sum[:])
	for _, c := range []struct {
		name    string
		first   string // what is fetched at first
		size    int64
		sum     string
		kept    bool
		fetched int
	}{
		{"nothing is told", "a picture", 0, "", true, 1},
		{"right in hex", "a picture", 9, inHex, true, 1},
		{"right in base64", "a picture", 9, inBase64, true, 1},
		{"a sum that is none", "a picture", 9, "29ed500fa64eb55fc19dc4124acb300e5dcca0f822a301ae99944db", true, 1},
		{"damaged on the way", "a pictur!", 9, inHex, true, 2},
		{"too short on the way", "a pic", 9, "", true, 2},
		{"another size", "a picture", 10, "", false, 2},
		{"another sum", "a picture", 9, strings.Repeat("ab", 32), false, 2},
		{"too long", "a picture", maxFile + 1, "", false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fetched, kept := 0, ""
				tr := trip(func(r *http.Request) (*http.Response, error) {
					if r.URL.Host == "carrier.example" {
						return say(r, 200, "{}")
					}
					fetched++
					if fetched == 1 {
						return say(r, 200, c.first)
					}
					return say(r, 200, "a picture")
				})
				g := New(config(plain{}), Options{HTTP: tr, Keep: func(_ context.Context, a contact.Attachment, f io.Reader) (contact.Attachment, error) {
					b, err := io.ReadAll(f)
					if err != nil {
						return a, err
					}
					kept, a.ID = string(b), "f1"
					return a, nil
				}})
				var last contact.MessageReceived
				running(t, g, func(_ context.Context, a gateway.Arrival) error {
					last = a.Input.(contact.MessageReceived)
					return nil
				})
				err := g.take(t.Context(), &Event{From: "+1", To: "+2", Media: []Media{{Name: "a.png", Type: "image/png",
					Get: Request{URL: "https://carrier.example/1"},
					Find: func([]byte) (Place, error) {
						return Place{Get: Request{Method: http.MethodGet, URL: "https://files.example/1"}, Size: c.size, Sum: c.sum}, nil
					}}}})
				if err != nil || fetched != c.fetched || (kept == "a picture") != c.kept {
					t.Errorf("%v, %d fetched, %q", err, fetched, kept)
				}
				a := last.Attachments[0]
				if c.kept && (a.ID != "f1" || a.Error != "") || !c.kept && (a.ID != "" || a.Error == "" || a.URL != "https://carrier.example/1") {
					t.Errorf("%+v", a)
				}
			})
		})
	}
}

// A file that takes longer than the carrier waits goes on coming, and is there
// when the carrier comes again.
func TestAFileMayTakeLongerThanAWebHook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fetched, kept atomic.Int32
		tr := trip(func(r *http.Request) (*http.Response, error) {
			fetched.Add(1)
			select {
			case <-time.After(20 * time.Second):
				return say(r, 200, "a picture")
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		})
		g := New(config(plain{}), Options{HTTP: tr, Keep: func(_ context.Context, a contact.Attachment, f io.Reader) (contact.Attachment, error) {
			b, err := io.ReadAll(f)
			kept.Add(1)
			a.ID = string(b)
			return a, err
		}})
		arrived := 0
		running(t, g, func(_ context.Context, a gateway.Arrival) error {
			if a.Input.(contact.MessageReceived).Attachments[0].ID != "a picture" {
				t.Errorf("%+v", a)
			}
			arrived++
			return nil
		})
		take := func() error {
			ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
			defer cancel()
			return g.take(ctx, &Event{From: "+1", To: "+2", Key: "k", Media: []Media{{Type: "image/png", Get: Request{URL: "https://carrier.example/1"}}}})
		}
		for range 2 {
			if err := take(); !fault.Is(err, fault.Busy) {
				t.Errorf("%v", err)
			}
		}
		if err := take(); err != nil || fetched.Load() != 1 || kept.Load() != 1 || arrived != 1 {
			t.Errorf("%v, fetched %d times, kept %d, arrived %d", err, fetched.Load(), kept.Load(), arrived)
		}
		if err := take(); err != nil || fetched.Load() != 1 || arrived != 2 { // whose repeat the engine drops
			t.Errorf("%v, fetched %d times", err, fetched.Load())
		}
		<-time.After(2 * time.Hour)
		if err := take(); !fault.Is(err, fault.Busy) || fetched.Load() != 2 {
			t.Errorf("%v, fetched %d times", err, fetched.Load())
		} // the gateway ends now, and the download with it
	})
}

// The carrier gets an address for a file of ours, the same at each try; without
// one the message is refused, and nothing goes out.
func TestFilesOfOursGetAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []contact.Attachment
		g := New(config(asked{plain{url: "https://x"}, func(m *Message) { seen = m.Attachments }}), Options{
			HTTP: trip(func(r *http.Request) (*http.Response, error) { return say(r, 200, "ref") }),
			Link: func(a contact.Attachment, message string) string {
				return "https://ours.example/" + a.ID + "?for=" + message
			},
		})
		running(t, g, func(context.Context, gateway.Arrival) error { return errors.New("nothing comes") })
		list := []contact.Attachment{{ID: "f1", URL: "attachment:f1"}, {URL: "https://theirs.example/2"}}
		_, err := g.Do(t.Context(), &contact.Contact{}, contact.SendMessage{ID: "m1", Text: "x", Attachments: list})
		if err != nil || len(seen) != 2 || seen[0].URL != "https://ours.example/f1?for=m1" || seen[1].URL != "https://theirs.example/2" {
			t.Errorf("%v %+v", err, seen)
		}
		if list[0].URL != "attachment:f1" {
			t.Error("the effect itself was changed")
		}
	})
	if _, err := (&Options{}).File(t.Context(), contact.Attachment{Name: "a"}); !fault.Is(err, fault.Refused) {
		t.Error(err)
	}
}

// asked tells what message is to be written.
type asked struct {
	plain
	what func(*Message)
}

func (a asked) Requests(ctx context.Context, m *Message) ([]Request, error) {
	a.what(m)
	return a.plain.Requests(ctx, m)
}
