package signal

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"outdial/fault"
)

// allowed are the methods that we take.
const allowed = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY"

// asIs keeps the library from adding to a request.
func asIs(*sipgo.Client, *sip.Request) error { return nil }

// own gives our own address as a remote one sees it.
func (a *Agent) own(remote netip.Addr) (netip.AddrPort, error) {
	port := a.local.Port()
	if adv := a.set.advertise; adv.IsValid() {
		if adv.Port() != 0 {
			port = adv.Port()
		}
		return netip.AddrPortFrom(adv.Addr(), port), nil
	}
	if ip := a.local.Addr(); !ip.IsUnspecified() {
		return netip.AddrPortFrom(ip.Unmap(), port), nil
	}
	if ip, ok := a.owns.Load(remote); ok {
		return netip.AddrPortFrom(ip.(netip.Addr), port), nil
	}
	ip, err := a.opt.Own(remote)
	if err != nil {
		return netip.AddrPort{}, err
	}
	a.owns.Store(remote, ip)
	return netip.AddrPortFrom(ip, port), nil
}

// aim gives a request what it needs to be sent to a hop: the way, and Via.
func (a *Agent) aim(req *sip.Request, h hop) error {
	own, err := a.own(h.addr.Addr())
	if err != nil {
		return err
	}
	via := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: strings.ToUpper(h.transport),
		Host: own.Addr().String(), Port: int(own.Port()),
	}
	via.Params.Add("branch", sip.GenerateBranch())
	via.Params.Add("rport", "") // RFC 3581
	req.PrependHeader(via)
	req.SetTransport(strings.ToUpper(h.transport))
	req.SetDestination(h.addr.String())
	if req.ContentLength() == nil {
		req.SetBody(req.Body()) // a stream has no other way to tell where a request ends. RFC 3261 §18.3
	}
	if h.transport == "udp" { // from the socket that we listen on
		req.Laddr = sip.Addr{IP: a.local.Addr().AsSlice(), Port: int(a.local.Port())}
	}
	return nil
}

// outside makes a request that belongs to no dialog.
func (a *Agent) outside(method sip.RequestMethod, to sip.Uri, h hop) *sip.Request {
	req := sip.NewRequest(method, to)
	user := a.set.User
	if user == "" {
		user = name
	}
	from := &sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: user, Host: a.ownHost(h)}}
	from.Params.Add("tag", sip.GenerateTagN(16))
	id := sip.CallIDHeader(sip.GenerateTagN(24))
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(from)
	req.AppendHeader(&sip.ToHeader{Address: sip.Uri{Scheme: "sip", User: to.User, Host: to.Host}})
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: method})
	req.AppendHeader(&hops)
	req.AppendHeader(sip.NewHeader("User-Agent", name))
	return req
}

// ownHost is the host of our own addresses.
func (a *Agent) ownHost(h hop) string {
	switch {
	case a.set.Public != "":
		return a.set.Public
	case a.set.User != "" && a.set.Domain != "":
		return a.set.Domain
	case a.set.User != "" && h.target != nil && !isIP(h.target.host):
		return h.target.host
	}
	own, err := a.own(h.addr.Addr())
	if err != nil {
		return "anonymous.invalid"
	}
	return own.Addr().String()
}

// contact is where we are reached.
func (a *Agent) contact(user string, h hop) (*sip.ContactHeader, error) {
	own, err := a.own(h.addr.Addr())
	if err != nil {
		return nil, err
	}
	c := &sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: user, Host: own.Addr().String(), Port: int(own.Port())}}
	if h.transport != "udp" {
		c.Address.UriParams.Add("transport", h.transport)
	}
	return c, nil
}

// do sends a request that is no INVITE, and gives its final answer. Where the
// far side wants to know who we are, it is told, once.
func (a *Agent) do(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	if req.Via() == nil {
		return nil, fault.New(fault.Internal, "a request that goes nowhere")
	}
	res, err := a.client.Do(ctx, req, asIs)
	if err != nil || !challenges(res) || a.set.Password == "" {
		return res, err
	}
	again := req.Clone()
	again.CSeq().SeqNo++
	if err := a.authorize(again, res); err != nil {
		return res, nil // the answer stands
	}
	again.Via().Params.Add("branch", sip.GenerateBranch())
	return a.client.Do(ctx, again, asIs)
}

func challenges(res *sip.Response) bool {
	return res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired
}

// authorize answers a challenge: the first that we understand, as its sender
// likes it best. RFC 3261 §22, RFC 8760
func (a *Agent) authorize(req *sip.Request, res *sip.Response) error {
	ask, tell := "WWW-Authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		ask, tell = "Proxy-Authenticate", "Proxy-Authorization"
	}
	err := errors.New("an answer that asks for authentication and says not how")
	for _, h := range res.GetHeaders(ask) {
		var c *digest.Challenge
		if c, err = digest.ParseChallenge(h.Value()); err != nil {
			continue
		}
		c.Algorithm = strings.ToUpper(c.Algorithm)
		if !digest.CanDigest(c) {
			err = fmt.Errorf("authentication by %s is not known", c.Algorithm)
			continue
		}
		var cred *digest.Credentials
		cred, err = digest.Digest(c, digest.Options{
			Method: req.Method.String(), URI: req.Recipient.String(), Username: a.set.AuthUser, Password: a.set.Password, Count: 1,
		})
		if err != nil {
			continue
		}
		for req.RemoveHeader(tell) {
			continue
		}
		req.AppendHeader(sip.NewHeader(tell, cred.String()))
		return nil
	}
	return err
}

// stale tells whether a challenge comes only because its number is too old.
func stale(res *sip.Response) bool {
	for _, name := range []string{"WWW-Authenticate", "Proxy-Authenticate"} {
		for _, h := range res.GetHeaders(name) {
			if c, err := digest.ParseChallenge(h.Value()); err == nil && c.Stale {
				return true
			}
		}
	}
	return false
}

// statusLine is how an answer is told to people.
func statusLine(res *sip.Response) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", res.StatusCode, res.Reason))
}

// value gives a header's value, "" where it is not there.
func value(m sip.Message, name string) string {
	if h := m.GetHeaders(name); len(h) > 0 {
		return strings.TrimSpace(h[0].Value())
	}
	return ""
}

// lists tells whether a header that lists words has one of them.
func lists(m sip.Message, name, word string) bool {
	for _, h := range m.GetHeaders(name) {
		for w := range strings.SplitSeq(h.Value(), ",") {
			if strings.EqualFold(strings.TrimSpace(w), word) {
				return true
			}
		}
	}
	return false
}

// supports tells whether the far side knows an extension.
func supports(m sip.Message, option string) bool {
	return lists(m, "Supported", option) || lists(m, "k", option) || lists(m, "Require", option)
}
