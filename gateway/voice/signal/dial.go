package signal

import (
	"context"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
	"golang.org/x/time/rate"

	"outdial/fault"
	"outdial/gateway/voice/sdp"
)

func itoa(n int) string { return strconv.Itoa(n) }

// turns lets calls begin no faster than the trunk allows.
type turns struct {
	limiter *rate.Limiter // nil: no limit
	queue   chan *Leg
}

func (t *turns) start(s *settings) {
	if s.Rate > 0 {
		t.limiter = rate.NewLimiter(rate.Limit(s.Rate), max(1, int(s.Rate/10)))
		t.queue = make(chan *Leg, max(1, int(s.Rate*s.Patience.Seconds())))
	}
}

// take lets a leg begin when it is its turn.
func (t *turns) take(l *Leg) error {
	if t.limiter == nil || !l.counts() {
		l.post(l.begin)
		return nil
	}
	select {
	case t.queue <- l:
		return nil
	default:
		return &fault.Error{Kind: fault.Busy, Code: "503", Message: "more calls wait for their turn than the trunk can begin in time"}
	}
}

func (t *turns) run(ctx context.Context) {
	if t.limiter == nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-t.queue:
			if t.limiter.Wait(ctx) != nil {
				return
			}
			l.post(l.begin)
		}
	}
}

// An attempt is one INVITE.
type attempt struct {
	req         *sip.Request
	hop         hop
	provisional bool // something was answered
	cancelled   bool
	over        bool // a final answer came, or none will
	silence     *time.Timer
}

// begin finds out where the call goes.
func (l *Leg) begin() {
	if l.ended {
		return
	}
	l.ring = l.after(l.plan.Ring, func() {
		l.ladder.Note("the ring timer ran out")
		l.Hangup(l.unrung())
	})
	l.background(func() func() {
		hops, said, err := l.ways(context.Background())
		return func() {
			for _, text := range said {
				l.ladder.Note(text)
			}
			if err != nil {
				l.ladder.Note(err.Error())
				l.end(Outcome{By: byNetwork, Phrase: err.Error()})
				return
			}
			l.hops = hops
			if l.counts() {
				l.a.count(func(c *Counts) { c.Placed++ })
			}
			l.try()
		}
	})
}

// unrung is how a call ended whose ring timer ran out. Where the target that was
// tried last has said nothing at all, no telephone can have rung: then it is what
// the network said before, or that it is not there.
func (l *Leg) unrung() Outcome {
	switch {
	case l.current != nil && l.current.provisional:
		return Outcome{By: byTimer, Code: sip.StatusRequestTerminated, Phrase: "Request Terminated"}
	case l.failed.Code != 0:
		return l.failed
	}
	return Outcome{By: byNetwork, Phrase: nothingSaid}
}

// nothingSaid is the outcome of an INVITE that got no answer of any kind.
const nothingSaid = "no answer from the carrier"

// unheard goes on after a target that said nothing. What another one said before
// tells more, and stays the outcome if nobody takes the call.
func (l *Leg) unheard() {
	why := l.failed
	if why.Code == 0 {
		why = Outcome{By: byNetwork, Phrase: nothingSaid}
	}
	l.another(why)
}

// try sends the INVITE to the next hop, or gives up.
func (l *Leg) try() {
	if l.ended {
		return
	}
	if l.at >= len(l.hops) {
		l.end(l.failed)
		return
	}
	req, err := l.invite(l.hops[l.at])
	if err != nil {
		l.failed = Outcome{By: byNetwork, Phrase: err.Error()}
		l.at++
		l.try()
		return
	}
	l.launch(req, l.hops[l.at])
}

// launch sends an INVITE, and hands what comes of it to the leg: provisional
// answers by progressed, the final one by the library's transaction, which has
// acknowledged it where it is a no.
func (l *Leg) launch(req *sip.Request, h hop) {
	t := &attempt{req: req, hop: h}
	l.current = t
	l.ladder.add(true, h.addr.String(), "INVITE "+req.Recipient.String(), "")
	t.silence = l.after(l.a.set.Timeout, func() { l.silent(t) })
	branch := branchOf(req)
	l.a.awaited.Store(branch, func(res *sip.Response) { l.post(func() { l.heard(t, res) }) })
	l.background(func() func() {
		defer l.a.awaited.Delete(branch)
		ctx, cancel := context.WithTimeout(context.Background(), l.a.set.Timeout)
		defer cancel()
		tx, err := l.a.client.TransactionRequest(ctx, req, asIs)
		if err != nil {
			return func() { l.unsent(t, err) }
		}
		for {
			select {
			case res := <-tx.Responses():
				if res.IsSuccess() {
					tx.Terminate() // what comes again comes as a stray
				}
				if !res.IsProvisional() {
					return func() { l.heard(t, res) }
				}
			case <-tx.Done():
				err := tx.Err()
				return func() { l.unsent(t, err) }
			}
		}
	})
}

// progressed takes provisional answers to INVITEs as they come off the wire. The
// library hands every message to a goroutine of its own, and so answers that come
// at once in any order: one to which a description belongs after the final one.
func (a *Agent) progressed(m sip.Message) {
	res, ok := m.(*sip.Response)
	if !ok || !res.IsProvisional() || res.CSeq() == nil || res.CSeq().MethodName != sip.INVITE {
		return
	}
	if take, ok := a.awaited.Load(branchOf(res)); ok {
		take.(func(*sip.Response))(res)
	}
}

// branchOf names the transaction of a message. RFC 3261 §17.1.3
func branchOf(m sip.Message) string {
	via := m.Via()
	if via == nil {
		return ""
	}
	branch, _ := via.Params.Get("branch")
	return branch
}

// silent gives a target up that has said nothing at all, if there is another one.
func (l *Leg) silent(t *attempt) {
	if t != l.current || t.provisional || l.ended || l.at+1 >= len(l.hops) {
		return
	}
	l.ladder.Note("nothing from " + t.hop.addr.String() + ": the next one is tried")
	l.unheard()
}

// another goes on with the next hop.
func (l *Leg) another(why Outcome) {
	l.failed, l.current, l.asked = why, nil, 0
	l.at++
	l.try()
}

// unsent is an INVITE that got no answer.
func (l *Leg) unsent(t *attempt, err error) {
	t.over = true
	defer l.overtaken()
	t.silence.Stop()
	if err != nil {
		l.ladder.Note("INVITE to " + t.hop.addr.String() + ": " + err.Error())
	}
	if t != l.current || l.ended {
		return
	}
	if t.provisional {
		l.end(Outcome{By: byNetwork, Phrase: "the carrier fell silent"})
		return
	}
	l.unheard()
}

// heard takes an answer to an INVITE.
func (l *Leg) heard(t *attempt, res *sip.Response) {
	if t.over {
		return // it overtook what it was to announce
	}
	l.ladder.add(false, t.hop.addr.String(), statusLine(res), "")
	t.silence.Stop()
	t.provisional = true
	t.over = !res.IsProvisional()
	if t.over {
		defer l.overtaken()
	}
	if t != l.current || l.ended {
		l.late(t, res)
		return
	}
	switch {
	case res.StatusCode == 100:
	case res.IsProvisional():
		l.progress(t, res)
	case res.IsSuccess():
		l.success(t, res)
	default:
		l.refused(t, res)
	}
}

// late takes an answer to a call that has been given up: one that rings is
// cancelled, one that was answered is hung up. RFC 3261 §9.1, §13.2.2.4
func (l *Leg) late(t *attempt, res *sip.Response) {
	switch {
	case res.IsProvisional():
		l.cancel(t)
	case res.IsSuccess():
		l.a.count(func(c *Counts) { c.Strays++ })
		d := l.uacDialog(t.req, res, t.hop)
		l.acknowledge(d, t.req, nil)
		l.bye(d, Outcome{})
	}
}

// cancel takes an INVITE back. It is sent once something has been answered, and
// not before. RFC 3261 §9.1
func (l *Leg) cancel(t *attempt) {
	if !t.provisional || t.cancelled || t.over {
		return
	}
	t.cancelled = true
	req := sip.NewRequest(sip.CANCEL, *t.req.Recipient.Clone())
	for _, name := range []string{"Via", "From", "To", "Call-ID", "Route"} {
		for _, h := range t.req.GetHeaders(name) {
			req.AppendHeader(sip.HeaderClone(h))
		}
	}
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: t.req.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.AppendHeader(&hops)
	req.SetBody(nil)
	req.SetTransport(t.req.Transport())
	req.SetDestination(t.req.Destination())
	req.Laddr = t.req.Laddr
	l.background(func() func() {
		ctx, stop := context.WithTimeout(context.Background(), 64*sip.T1)
		defer stop()
		l.ladder.add(true, t.hop.addr.String(), "CANCEL", "")
		res, err := l.a.client.Do(ctx, req, asIs)
		if err != nil {
			l.ladder.Note("CANCEL was not answered: " + err.Error())
			return nil
		}
		l.ladder.add(false, t.hop.addr.String(), statusLine(res), "CANCEL")
		return nil
	})
}

// invite makes the INVITE for a hop.
func (l *Leg) invite(h hop) (*sip.Request, error) {
	s := l.a.set
	req := sip.NewRequest(sip.INVITE, l.address(h))
	if s.proxy != nil {
		route := sip.Uri{Scheme: "sip", Host: s.proxy.host, Port: s.proxy.port}
		route.UriParams.Add("lr", "")
		req.AppendHeader(&sip.RouteHeader{Address: route})
	}
	if err := l.identify(req, h); err != nil {
		return nil, err
	}
	id := sip.CallIDHeader(l.callID)
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: l.seq.Add(1), MethodName: sip.INVITE})
	req.AppendHeader(&hops)
	contact, err := l.a.contact(l.ownUser(), h)
	if err != nil {
		return nil, err
	}
	req.AppendHeader(contact)
	l.extend(req)
	if l.counts() {
		for _, k := range slices.Sorted(maps.Keys(s.Headers)) {
			req.AppendHeader(sip.NewHeader(k, s.Headers[k]))
		}
	}
	if l.offer == nil {
		if l.plan.Side.Host == "" {
			l.plan.Side.Host = contact.Address.Host
		}
		l.offer = l.plan.Side.Offer(sdp.SendRecv)
	}
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	req.SetBody(l.offer.Marshal())
	return req, l.a.aim(req, h)
}

// extend says what we know and want beyond the standard.
func (l *Leg) extend(req *sip.Request) {
	s := l.a.set
	req.AppendHeader(sip.NewHeader("User-Agent", name))
	req.AppendHeader(sip.NewHeader("Allow", allowed))
	var supported []string
	switch s.Reliable {
	case "required":
		req.AppendHeader(sip.NewHeader("Require", "100rel")) // RFC 3262 §4
	case "supported":
		supported = append(supported, "100rel")
	}
	if s.Session > 0 {
		supported = append(supported, "timer") // RFC 4028 §7.1
		expires := max(s.Session, l.session.least)
		req.AppendHeader(sip.NewHeader("Session-Expires", itoa(int(expires.Seconds()))+";refresher=uac"))
		req.AppendHeader(sip.NewHeader("Min-SE", itoa(max(90, int(l.session.least.Seconds())))))
	}
	if len(supported) > 0 {
		req.AppendHeader(sip.NewHeader("Supported", strings.Join(supported, ", ")))
	}
}

// address is what the call goes to: a number at the domain, or where it was
// redirected to.
func (l *Leg) address(h hop) sip.Uri {
	if len(l.redirect) > 0 {
		return *l.redirect[0].Clone()
	}
	if !l.counts() {
		return *l.inside.Clone()
	}
	u := sip.Uri{Scheme: "sip", User: l.a.set.Dialled.write(l.plan.To), Host: l.a.set.Domain}
	if u.Host == "" {
		t := h.target
		if l.a.set.proxy != nil {
			t = l.a.set.targets[0]
		}
		u.Host, u.Port = t.host, t.port
	}
	return u
}

func (l *Leg) ownUser() string {
	if l.a.set.User != "" {
		return l.a.set.User
	}
	if l.plan.From != "" {
		return l.a.set.Shown.write(l.plan.From)
	}
	return name
}

// identify says who calls. RFC 3323, RFC 3325
func (l *Leg) identify(req *sip.Request, h hop) error {
	s, host := l.a.set, l.a.ownHost(h)
	if !l.counts() {
		l.identifyInside(req, host)
		return nil
	}
	number := s.Shown.write(l.plan.From)
	if l.plan.From == "" { // a test: nobody's number is shown
		number = l.ownUser()
	}
	from := &sip.FromHeader{DisplayName: quotable(l.plan.FromName), Address: sip.Uri{Scheme: "sip", User: number, Host: host}}
	switch s.From {
	case "number":
	case "user":
		from.Address.User = s.User
	default:
		from.Address.User = s.From
	}
	asserted := sip.FromHeader{DisplayName: from.DisplayName, Address: sip.Uri{Scheme: "sip", User: number, Host: host}}
	if s.Private {
		from.DisplayName = "Anonymous"
		from.Address = sip.Uri{Scheme: "sip", User: "anonymous", Host: "anonymous.invalid"}
		req.AppendHeader(sip.NewHeader("Privacy", "id"))
	}
	from.Params.Add("tag", l.localTag)
	req.AppendHeader(from)
	to := l.address(h)
	to.UriParams, to.Headers, to.Port = nil, nil, 0
	req.AppendHeader(&sip.ToHeader{Address: to})
	if l.plan.From == "" {
		return nil
	}
	switch s.Identity {
	case "pai":
		req.AppendHeader(sip.NewHeader("P-Asserted-Identity", asserted.Value()))
	case "ppi":
		req.AppendHeader(sip.NewHeader("P-Preferred-Identity", asserted.Value()))
	case "rpid":
		privacy := "off"
		if s.Private {
			privacy = "full"
		}
		req.AppendHeader(sip.NewHeader("Remote-Party-ID", asserted.Value()+";party=calling;screen=yes;privacy="+privacy))
	}
	return nil
}

// identifyInside says who calls to somebody who is not at the carrier: the number
// as the house knows it.
func (l *Leg) identifyInside(req *sip.Request, host string) {
	from := &sip.FromHeader{DisplayName: quotable(l.plan.FromName), Address: sip.Uri{Scheme: "sip", User: l.plan.From, Host: host}}
	if from.Address.User == "" {
		from.Address.User = name
	}
	from.Params.Add("tag", l.localTag)
	to := *l.inside.Clone()
	to.UriParams, to.Headers = nil, nil
	req.AppendHeader(from)
	req.AppendHeader(&sip.ToHeader{Address: to})
}

// quotable is a name that may stand between quotation marks.
func quotable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == '\\' || r == 0x7F {
			return -1
		}
		return r
	}, s)
}

// sortContacts gives the addresses of a redirection, the best first. RFC 3261 §8.1.3.4
func sortContacts(res *sip.Response) []sip.Uri {
	type choice struct {
		uri sip.Uri
		q   float64
	}
	var all []choice
	for _, h := range res.GetHeaders("Contact") {
		c, ok := h.(*sip.ContactHeader)
		if !ok || c.Address.Wildcard || c.Address.Host == "" || !strings.EqualFold(c.Address.Scheme, "sip") && !strings.EqualFold(c.Address.Scheme, "sips") {
			continue
		}
		q := 1.0
		if v, ok := c.Params.Get("q"); ok {
			if f, err := strconv.ParseFloat(v, 64); err == nil {
				q = f
			}
		}
		all = append(all, choice{*c.Address.Clone(), q})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].q > all[j].q })
	var out []sip.Uri
	for _, c := range all[:min(len(all), 10)] {
		out = append(out, c.uri)
	}
	return out
}
