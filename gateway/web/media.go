package web

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"strings"

	"outdial/contact"
	"outdial/fault"
)

// maxFile bounds a file that comes with a message: WhatsApp's longest are 100 MB
// documents; what is longer stays at the carrier.
const maxFile = 100 << 20

// files fetches what came with a message, and keeps it. A file that cannot be
// had now makes the whole message come again; one that will never be had is
// passed on by its address.
func (g *Gateway) files(ctx context.Context, list []Media) ([]contact.Attachment, error) {
	var out []contact.Attachment
	for i := range list {
		m := &list[i]
		a := contact.Attachment{Name: m.Name, Type: m.Type, URL: m.Get.URL}
		if g.opt.Keep != nil {
			kept, err := g.keepFile(ctx, m, a)
			switch {
			case err == nil:
				g.counts.files.Add(1)
				a = kept
			case fault.Is(err, fault.Invalid):
				g.log.Warn("a file that came with a message cannot be kept", "type", m.Type, "err", err)
			default:
				return nil, err
			}
		}
		out = append(out, a)
	}
	return out, nil
}

func (g *Gateway) keepFile(ctx context.Context, m *Media, a contact.Attachment) (contact.Attachment, error) {
	q := m.Get
	if m.Find != nil {
		found, err := g.fetch(ctx, &q)
		if err != nil {
			return a, err
		}
		text, err := io.ReadAll(io.LimitReader(found.Body, maxAnswer))
		_ = found.Body.Close()
		if err != nil {
			return a, fault.Wrap(fault.Busy, quiet(err), "a file's address")
		}
		var kind string
		if q, kind, err = m.Find(text); err != nil {
			return a, fault.Wrap(fault.Invalid, err, "a file's address")
		}
		if kind != "" {
			a.Type = kind
		}
	}
	answer, err := g.fetch(ctx, &q)
	if err != nil {
		return a, err
	}
	defer answer.Body.Close()
	if a.Type == "" {
		a.Type, _, _ = mime.ParseMediaType(answer.Header.Get("Content-Type"))
	}
	return g.opt.Keep(ctx, a, &bounded{r: answer.Body, left: maxFile})
}

// fetch gets a file, following the redirections that carriers make to where
// their files lie. The carrier's credentials stay with the carrier.
func (g *Gateway) fetch(ctx context.Context, q *Request) (*http.Response, error) {
	get := *q
	if get.Method == "" {
		get.Method = http.MethodGet
	}
	for range 5 {
		r, err := get.request(ctx, new(fate))
		if err != nil || r.URL.Scheme != "https" {
			return nil, fault.New(fault.Invalid, "a file's address is not https")
		}
		answer, err := g.opt.HTTP.RoundTrip(r)
		if err != nil {
			return nil, fault.Wrap(fault.Busy, quiet(err), "a file at the carrier")
		}
		switch code := answer.StatusCode; {
		case code < 300:
			return answer, nil
		case code == 301 || code == 302 || code == 303 || code == 307 || code == 308:
			to, err := answer.Location()
			_ = answer.Body.Close()
			if err != nil {
				return nil, fault.New(fault.Invalid, "a file at the carrier: %s to nowhere", StatusCode(code))
			}
			next := Request{Method: http.MethodGet, URL: to.String()}
			if strings.EqualFold(to.Host, r.URL.Host) {
				next.Header, next.Sign = get.Header, get.Sign
			}
			get = next
		default:
			_ = answer.Body.Close()
			kind := fault.Invalid
			if code >= 500 || code == 429 || code == 408 {
				kind = fault.Busy
			}
			return nil, fault.New(kind, "a file at the carrier: %s", StatusCode(code))
		}
	}
	return nil, fault.New(fault.Invalid, "a file at the carrier: redirected too often")
}

// bounded reads at most left octets, and fails where there are more.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fault.New(fault.Invalid, "a file of more than %d octets", maxFile)
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}

// File reads a file that goes with a message, for carriers that want it handed
// over.
func (o *Options) File(ctx context.Context, a contact.Attachment) ([]byte, error) {
	if o.Open == nil {
		return nil, fault.New(fault.Refused, "attachments: %s is at no address that the carrier can reach", clip(a.Name, 100))
	}
	f, err := o.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, &bounded{r: f, left: maxFile}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
