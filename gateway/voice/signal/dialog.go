package signal

import (
	"context"
	"net/netip"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// A dialog is what two sides know of each other. It is a value: a copy may be
// used while the original changes. RFC 3261 §12
type dialog struct {
	callID    string
	from      sip.FromHeader // as we write it
	to        sip.ToHeader
	localTag  string
	remoteTag string
	target    sip.Uri   // where they are
	routes    []sip.Uri // over whom
	contact   sip.ContactHeader
	hop       hop    // which the call went out by, or came from
	source    string // address that their last message came from
}

// uacDialog is the dialog that an answer to our INVITE makes. RFC 3261 §12.1.2
func (l *Leg) uacDialog(req *sip.Request, res *sip.Response, h hop) *dialog {
	d := &dialog{callID: l.callID, hop: h, source: res.Source(), from: *req.From()}
	d.localTag, _ = d.from.Params.Get("tag")
	d.to = *sip.HeaderClone(res.To()).(*sip.ToHeader)
	d.remoteTag, _ = d.to.Params.Get("tag")
	d.target = *req.Recipient.Clone()
	if c := res.Contact(); c != nil && !c.Address.Wildcard {
		d.target = *c.Address.Clone()
	}
	if c := req.Contact(); c != nil {
		d.contact = *c.Clone()
	}
	rr := res.GetHeaders("Record-Route")
	for i := len(rr) - 1; i >= 0; i-- {
		d.addRoute(rr[i])
	}
	return d
}

// uasDialog is the dialog that their INVITE makes. RFC 3261 §12.1.1
func uasDialog(req *sip.Request, h hop, localTag string) *dialog {
	d := &dialog{callID: string(*req.CallID()), hop: h, source: req.Source(), localTag: localTag}
	d.from = req.To().AsFrom()
	d.from.Params = d.from.Params.Clone()
	d.from.Params.Add("tag", localTag)
	d.to = req.From().AsTo()
	d.remoteTag, _ = d.to.Params.Get("tag")
	d.target = req.From().Address
	if c := req.Contact(); c != nil && !c.Address.Wildcard {
		d.target = *c.Address.Clone()
	}
	for _, rr := range req.GetHeaders("Record-Route") {
		d.addRoute(rr)
	}
	return d
}

func (d *dialog) addRoute(h sip.Header) {
	if rr, ok := h.(*sip.RecordRouteHeader); ok {
		d.routes = append(d.routes, *rr.Address.Clone())
	}
}

// request makes a request within the dialog. RFC 3261 §12.2.1.1
func (d *dialog) request(method sip.RequestMethod, seq uint32) *sip.Request {
	to, routes := *d.target.Clone(), d.routes
	to.Headers = nil
	if len(routes) > 0 && !routes[0].UriParams.Has("lr") { // a strict router
		to = *routes[0].Clone()
		routes = append(append([]sip.Uri(nil), routes[1:]...), d.target)
	}
	req := sip.NewRequest(method, to)
	for _, r := range routes {
		req.AppendHeader(&sip.RouteHeader{Address: *r.Clone()})
	}
	from, toHeader, contact := d.from, d.to, d.contact
	id := sip.CallIDHeader(d.callID)
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(sip.HeaderClone(&from))
	req.AppendHeader(sip.HeaderClone(&toHeader))
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	req.AppendHeader(&hops)
	if method != sip.BYE && method != sip.ACK && method != sip.PRACK {
		req.AppendHeader(&contact)
	}
	req.AppendHeader(sip.NewHeader("User-Agent", name))
	return req
}

// next gives the hop that a request within the dialog goes to.
func (a *Agent) next(ctx context.Context, d *dialog) (hop, error) {
	if a.set.FixedRoute || a.set.proxy != nil && len(d.routes) == 0 {
		return d.hop, nil
	}
	u := d.target
	if len(d.routes) > 0 {
		u = d.routes[0]
	}
	transport := d.hop.transport
	if t, ok := u.UriParams.Get("transport"); ok && transport != "tls" {
		if t = strings.ToLower(t); t == "udp" || t == "tcp" {
			transport = t
		}
	}
	if transport != a.set.Transport {
		transport = a.set.Transport // we have no socket of another kind
	}
	src, err := netip.ParseAddrPort(d.source)
	ip, ipErr := netip.ParseAddr(strings.Trim(u.Host, "[]"))
	if err == nil && ipErr == nil && len(d.routes) == 0 && hidden(ip) && !hidden(src.Addr()) {
		return hop{transport: transport, addr: src, target: d.hop.target}, nil // it does not know its public address
	}
	if transport != "udp" && err == nil && len(d.routes) == 0 {
		// The connection that is there already reaches them, whatever port they
		// would like to be called on.
		return hop{transport: transport, addr: src, target: d.hop.target}, nil
	}
	found, _, err := a.lookup(ctx, strings.Trim(u.Host, "[]"), u.Port, transport)
	if err != nil {
		return d.hop, nil // a name that only they know: back where it came from
	}
	return hop{transport: transport, addr: found[0], target: d.hop.target}, nil
}

// hidden tells whether an address is known in somebody's own network only.
func hidden(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback() || a.IsUnspecified() || a.IsLinkLocalUnicast() ||
		netip.MustParsePrefix("100.64.0.0/10").Contains(a)
}

// A Kept is a dialog as it is written down, so that the far side can be released
// after a crash.
type Kept struct {
	CallID    string   `json:"callId"`
	From      string   `json:"from"`
	To        string   `json:"to"`
	Target    string   `json:"target"`
	Routes    []string `json:"routes,omitempty"`
	Seq       uint32   `json:"seq"`
	Transport string   `json:"transport"`
	Hop       string   `json:"hop"`
	Source    string   `json:"source,omitempty"`
}

// Kept gives the dialog of a call that is up; ok is false where there is none.
func (l *Leg) Kept() (k Kept, ok bool) {
	if l.d == nil {
		return Kept{}, false
	}
	d := l.d
	k = Kept{CallID: d.callID, From: d.from.Value(), To: d.to.Value(), Target: d.target.String(), Seq: l.seq.Load(),
		Transport: d.hop.transport, Hop: d.hop.addr.String(), Source: d.source}
	for i := range d.routes {
		k.Routes = append(k.Routes, d.routes[i].String())
	}
	return k, true
}

// Release hangs up a call that another process held. Its number may have been
// used since: one that is higher by far is taken all the same.
func (a *Agent) Release(ctx context.Context, k Kept) error {
	d := &dialog{callID: k.CallID, source: k.Source}
	var err error
	if d.hop.addr, err = netip.ParseAddrPort(k.Hop); err != nil {
		return err
	}
	d.hop.transport = k.Transport
	if d.from.DisplayName, err = sip.ParseAddressValue(k.From, &d.from.Address, &d.from.Params); err != nil {
		return err
	}
	if d.to.DisplayName, err = sip.ParseAddressValue(k.To, &d.to.Address, &d.to.Params); err != nil {
		return err
	}
	if err := sip.ParseUri(k.Target, &d.target); err != nil {
		return err
	}
	for _, text := range k.Routes {
		var u sip.Uri
		if err := sip.ParseUri(text, &u); err != nil {
			return err
		}
		d.routes = append(d.routes, u)
	}
	req := d.request(sip.BYE, k.Seq+1000)
	req.AppendHeader(sip.NewHeader("Reason", reasonHeader(41))) // temporary failure. ITU-T Q.850
	req.SetBody(nil)
	h, err := a.next(ctx, d)
	if err != nil {
		return err
	}
	if err := a.aim(req, h); err != nil {
		return err
	}
	_, err = a.do(ctx, req)
	return err
}

// Wait waits until the trunk serves; it is false where ctx is done before.
func (a *Agent) Wait(ctx context.Context) bool {
	select {
	case <-a.ready:
		return true
	case <-ctx.Done():
		return false
	}
}
