package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"mime"
	"net/http"
	"slices"
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
			kept, err := g.download(ctx, m, a)
			if errors.Is(err, errDamaged) { // on the way, if it is whole at the carrier
				kept, err = g.download(ctx, m, a)
			}
			switch {
			case err == nil:
				g.counts.files.Add(1)
				a = kept
			case fault.Is(err, fault.Invalid):
				g.log.Warn("a file that came with a message cannot be kept", "type", m.Type, "err", err)
				a.Error = clip(err.Error(), 200)
			default:
				return nil, err
			}
		}
		out = append(out, a)
	}
	return out, nil
}

func (g *Gateway) keepFile(ctx context.Context, m *Media, a contact.Attachment) (contact.Attachment, error) {
	at := Place{Get: m.Get, Type: a.Type, Sum: m.Sum}
	if m.Find != nil {
		found, err := g.find(ctx, m)
		if err != nil {
			return a, err
		}
		at.Get, at.Size, at.Type, at.Sum = found.Get, found.Size, or(found.Type, at.Type), or(found.Sum, at.Sum)
	}
	if at.Size > maxFile {
		return a, fault.New(fault.Invalid, "a file of more than %d octets", maxFile)
	}
	answer, err := g.fetch(ctx, &at.Get)
	if err != nil {
		return a, err
	}
	defer answer.Body.Close()
	if a.Type = at.Type; a.Type == "" {
		a.Type, _, _ = mime.ParseMediaType(answer.Header.Get("Content-Type"))
	}
	return g.opt.Keep(ctx, a, &checked{r: &bounded{r: answer.Body, left: maxFile}, want: at, sum: sha256.New()})
}

// find asks the carrier where a file is.
func (g *Gateway) find(ctx context.Context, m *Media) (Place, error) {
	found, err := g.fetch(ctx, &m.Get)
	if err != nil {
		return Place{}, err
	}
	defer found.Body.Close()
	text, err := io.ReadAll(io.LimitReader(found.Body, maxAnswer))
	if err != nil {
		return Place{}, fault.Wrap(fault.Busy, quiet(err), "a file's address")
	}
	at, err := m.Find(text)
	if err != nil {
		return Place{}, fault.Wrap(fault.Invalid, err, "a file's address")
	}
	return at, nil
}

// errDamaged says that a file is not what the carrier says it is.
var errDamaged = errors.New("the file is not as long as the carrier says, or its SHA-256 is another")

// checked reads a file, and fails at its end where it is not the one that the
// carrier told of: then nobody keeps it.
type checked struct {
	r    io.Reader
	want Place
	sum  hash.Hash
	n    int64
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sum.Write(p[:n])
	c.n += int64(n)
	if errors.Is(err, io.EOF) && !c.right() {
		return n, fault.Wrap(fault.Invalid, errDamaged, "a file at the carrier")
	}
	return n, err
}

// right compares; a sum that is neither hex nor base64 of one says nothing.
func (c *checked) right() bool {
	if c.want.Size > 0 && c.want.Size != c.n {
		return false
	}
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString} {
		if want, err := decode(c.want.Sum); err == nil && len(want) == sha256.Size {
			return bytes.Equal(want, c.sum.Sum(nil))
		}
	}
	return true
}

// linked gives files of ours addresses by which the carrier can fetch them.
func (g *Gateway) linked(m *contact.SendMessage) []contact.Attachment {
	if g.opt.Link == nil {
		return m.Attachments
	}
	list := slices.Clone(m.Attachments)
	for i, a := range list {
		if a.ID == "" {
			continue
		}
		if link := g.opt.Link(a, m.ID); link != "" {
			list[i].URL = link
		}
	}
	return list
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
