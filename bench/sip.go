package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"outdial/gateway/voice/crowd"
	"outdial/load"
	"outdial/wire"
)

// What is measured over SIP, and how long any of it may take.
const (
	sipBound   = time.Minute
	sipRate    = 250 // calls a second that are asked for where the rate is not what is measured
	sipBrief   = "Brief"
	sipLong    = "Long"
	sipKeys    = "Keys"
	sipCallers = 32
)

// sipLevels are the calls at once that are measured; beyond the fourth it goes on
// until packets are late or lost.
var sipLevels = []int{100, 300, 600, 1000, 1500, 2000, 3000}

// sip measures calls over SIP: through the whole program, from the signed request
// to the packets, with the telephones in a process of their own on this machine.
func (b *Bench) sip(ctx context.Context) error {
	fmt.Fprintf(b.Out, "SIP; load of the machine before: %s\n", loadOfMachine())
	if err := b.sipSetup(ctx); err != nil {
		return err
	}
	for _, n := range []int{0, 300} {
		if err := b.sipReaction(ctx, n); err != nil {
			return err
		}
	}
	for i, n := range sipLevels {
		broken, err := b.sipLevel(ctx, n)
		switch {
		case err != nil && i > 3 && ctx.Err() == nil:
			fmt.Fprintf(b.Out, "%4d calls at once are too many: %v\n", n, err)
			return nil
		case err != nil:
			return fmt.Errorf("%d calls at once: %w", n, err)
		case broken && i >= 3:
			return nil
		}
	}
	return nil
}

// A sipRun is a server whose trunk leads to a crowd.
type sipRun struct {
	*Bench
	crowd  *crowdChild
	server *child
	asked  int
}

func (b *Bench) sipRun(ctx context.Context) (*sipRun, error) {
	far, err := b.startCrowd(ctx)
	if err != nil {
		return nil, err
	}
	config, err := b.config(func(dir string) (string, error) { return SIPConfig(dir, far.addr) })
	if err == nil {
		var s *child
		if s, err = b.serve(ctx, "", "-config", config); err == nil {
			return &sipRun{Bench: b, crowd: far, server: s}, nil
		}
	}
	far.stop()
	return nil, err
}

func (r *sipRun) stop() {
	if _, err := r.crowd.ask("hangup"); err == nil {
		_ = r.wait(context.Background(), 10*time.Second, func(n crowd.Count) bool { return n.Ended == n.Answered })
	}
	r.server.stop()
	r.crowd.stop()
}

// wait asks the crowd until ok.
func (r *sipRun) wait(ctx context.Context, most time.Duration, ok func(crowd.Count) bool) error {
	for end := time.Now().Add(most); ; {
		n, err := r.crowd.count()
		if err != nil || ok(n) {
			return err
		}
		if time.Now().After(end) || ctx.Err() != nil {
			return fmt.Errorf("the telephones have answered %d calls of %d, and %d have ended", n.Answered, r.asked, n.Ended)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// call asks for n calls with a flow, at a rate; 0 is as fast as it goes.
func (r *sipRun) call(ctx context.Context, flow, prefix string, n int, rate float64) (load.Result, error) {
	requests, err := r.requests(flow, prefix, n)
	if err != nil {
		return load.Result{}, err
	}
	res, err := load.Run{Addr: r.server.addr, Conns: sipCallers, Rate: rate}.Send(ctx, requests)
	if err == nil && res.OK != n {
		err = fmt.Errorf("%d of %d calls were refused: %s", res.Bad, n, res.FirstBad)
	}
	r.asked += n
	return res, err
}

// requests prepares n calls, each with its own token and number.
func (r *sipRun) requests(flow, prefix string, n int) ([]load.Request, error) {
	c := r.server
	keys := wire.Credentials{AccessKeyID: c.ready.AccessKeyID, SecretAccessKey: c.ready.SecretAccessKey}
	now := time.Now()
	out := make([]load.Request, n)
	for i := range out {
		body := fmt.Appendf(nil, `{"DestinationPhoneNumber":"%s%06d","InstanceId":%q,"ContactFlowId":%q,"SourcePhoneNumber":"+12065550110","ClientToken":%q}`,
			prefix, 500000+r.asked+i, c.ready.InstanceID, c.ready.Flows[flow], uuid.NewString())
		q, err := http.NewRequest("PUT", c.ready.Endpoint+"/contact/outbound-voice", nil)
		if err != nil {
			return nil, err
		}
		q.Header.Set("Content-Type", "application/json")
		wire.Sign(q, body, keys, c.ready.Region, "connect", now)
		out[i] = load.Prepare(q, body)
	}
	return out, nil
}

const calm = "+12063" // numbers whose telephones only listen

// sipSetup measures how many calls are set up in a second: asked for, placed,
// answered, acknowledged, one prompt, ended.
func (b *Bench) sipSetup(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sipBound)
	defer cancel()
	r, err := b.sipRun(ctx)
	if err != nil {
		return err
	}
	defer r.stop()
	n := int(200 * b.For.Seconds())
	before, begun := r.server.used(), time.Now()
	res, err := r.call(ctx, sipBrief, calm, n, 0)
	if err != nil {
		return err
	}
	if err := r.wait(ctx, sipBound, func(c crowd.Count) bool { return c.Ended == n }); err != nil {
		return err
	}
	took, used := time.Since(begun), r.server.used()-before
	c, err := r.crowd.count()
	if err != nil {
		return err
	}
	fmt.Fprintf(b.Out, "calls set up, as fast as it goes: %.0f/s (%d within %v); whole calls, prompt and end among them: %.0f/s; %.1f ms of CPU each; answered in p50 %v, p99 %v\n",
		float64(n)/c.Within.Seconds(), n, c.Within.Round(time.Millisecond), float64(n)/took.Seconds(), used.Seconds()*1000/float64(n), round(res.Percentile(50)), round(res.Percentile(99)))
	return nil
}

// sipReaction measures how soon a caller hears the first prompt, and the next one
// after a key, while others listen.
func (b *Bench) sipReaction(ctx context.Context, others int) error {
	ctx, cancel := context.WithTimeout(ctx, sipBound)
	defer cancel()
	r, err := b.sipRun(ctx)
	if err != nil {
		return err
	}
	defer r.stop()
	if others > 0 {
		if _, err := r.call(ctx, sipLong, calm, others, sipRate); err != nil {
			return err
		}
	}
	const n = 150
	// The first call has the prompts made; it is not measured.
	if _, err := r.call(ctx, sipKeys, crowd.Keen, 1, 0); err != nil {
		return err
	}
	if err := r.wait(ctx, sipBound, func(c crowd.Count) bool { return c.Ended == 1 && c.Answered == others+1 }); err != nil {
		return err
	}
	if _, err := r.call(ctx, sipKeys, crowd.Keen, n, 30); err != nil {
		return err
	}
	if err := r.wait(ctx, sipBound, func(c crowd.Count) bool { return c.Ended == n+1 }); err != nil {
		return err
	}
	c, err := r.crowd.count()
	if err != nil {
		return err
	}
	if len(c.Reaction) < n {
		return fmt.Errorf("%d of %d calls heard an answer to their key", len(c.Reaction), n)
	}
	fmt.Fprintf(b.Out, "%d other calls: from ACK to the first packet of a prompt: p50 %v, p99 %v; from the end of a key to the first packet of the next prompt: p50 %v, p99 %v\n", others,
		round(crowd.Percentile(c.Prompt, 50)), round(crowd.Percentile(c.Prompt, 99)), round(crowd.Percentile(c.Reaction, 50)), round(crowd.Percentile(c.Reaction, 99)))
	return nil
}

// sipLevel measures n calls at once, and tells whether their packets were late or
// lost.
func (b *Bench) sipLevel(ctx context.Context, n int) (broken bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, sipBound)
	defer cancel()
	alone, err := b.bare(ctx, n, 2*time.Second)
	if err != nil {
		return false, err
	}
	r, err := b.sipRun(ctx)
	if err != nil {
		return false, err
	}
	defer r.stop()
	if _, err := r.call(ctx, sipLong, calm, n, sipRate); err != nil {
		return false, err
	}
	if err := r.wait(ctx, sipBound, func(c crowd.Count) bool { return c.Answered == n }); err != nil {
		return false, err
	}
	time.Sleep(time.Second) // until what the calls' beginning left to do is done
	if _, err := r.crowd.ask("begin"); err != nil {
		return false, err
	}
	before, theirs, begun := r.server.used(), processor(r.crowd.cmd), time.Now()
	beside, err := b.bare(ctx, 50, min(b.For, 5*time.Second))
	if err != nil {
		return false, err
	}
	took := time.Since(begun).Seconds()
	used, far := (r.server.used()-before).Seconds()/took, (processor(r.crowd.cmd)-theirs).Seconds()/took
	var p crowd.Pace
	if err := r.crowd.answer("pace", &p); err != nil {
		return false, err
	}
	bar := max(5*time.Millisecond, max(alone.P99, beside.P99)*3/2)
	lost := p.Due - p.Packets
	broken = p.P99 > bar || p.Streams < n || lost*100 > p.Due
	verdict := "within"
	if p.P99 > bar {
		verdict = "OVER"
	}
	fmt.Fprintf(b.Out, "%4d calls at once: packets late by %v (p50), %v (p99), %v (most), %s the bar of %v; bare loop of as many streams, alone, %v (p99), of 50 beside them %v; %d of %d packets; %.2f cores, the telephones %.2f\n",
		p.Streams, round(p.P50), round(p.P99), round(p.Most), verdict, round(bar), round(alone.P99), round(beside.P99), p.Packets, p.Due, used, far)
	return broken, nil
}

// answer asks the crowd for something that is JSON.
func (c *crowdChild) answer(what string, v any) error {
	line, err := c.ask(what)
	if err != nil {
		return err
	}
	return json.Unmarshal(line, v)
}

func (c *crowdChild) count() (n crowd.Count, err error) {
	err = c.answer("count", &n)
	return n, err
}
