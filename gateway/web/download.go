package web

import (
	"context"
	"sync"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// Bounds of a download.
const (
	downloadTime = 5 * time.Minute // as long as it may take
	downloadKept = time.Hour       // as long as a repeat of its message finds it
)

// A download is a file that is being fetched from the carrier, or was. It goes on
// when its web-hook is given up: what takes longer than the carrier waits for an
// answer is there when it comes again.
type download struct {
	done chan struct{}
	file contact.Attachment
	err  error
	at   time.Time // when it was done; under downloads.mu
}

type downloads struct {
	mu sync.Mutex
	m  map[string]*download
}

// get gives the download of a file, and whether it is to be begun.
func (d *downloads) get(key string) (one *download, fresh bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if one := d.m[key]; one != nil {
		return one, false
	}
	if d.m == nil {
		d.m = map[string]*download{}
	}
	one = &download{done: make(chan struct{})}
	d.m[key] = one
	return one, true
}

// end notes what came of a download; one that failed is begun anew when the
// message comes again.
func (d *downloads) end(key string, one *download) {
	d.mu.Lock()
	defer d.mu.Unlock()
	one.at = time.Now()
	if one.err != nil {
		delete(d.m, key)
	}
	close(one.done)
}

func (d *downloads) sweep(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, one := range d.m {
		if !one.at.IsZero() && now.Sub(one.at) > downloadKept {
			delete(d.m, key)
		}
	}
}

// download fetches a file and keeps it, or waits for who does so already, as
// long as ctx allows.
func (g *Gateway) download(ctx context.Context, m *Media, a contact.Attachment) (contact.Attachment, error) {
	key := m.Get.Method + " " + m.Get.URL + " " + m.Key
	one, fresh := g.downloads.get(key)
	if fresh {
		if !g.enter() {
			one.err = busy(CodeStopping, "the gateway is being stopped")
			g.downloads.end(key, one)
			return a, one.err
		}
		go func() {
			defer g.leave()
			defer g.downloads.end(key, one)
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), downloadTime)
			defer cancel()
			over := make(chan struct{})
			defer close(over)
			go func() {
				select {
				case <-g.stopped:
					cancel()
				case <-over:
				}
			}()
			one.file, one.err = g.keepFile(ctx, m, a)
		}()
	}
	select {
	case <-one.done:
		return one.file, one.err
	case <-ctx.Done():
		return a, fault.New(fault.Busy, "a file at the carrier is still being fetched")
	}
}
