package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"outdial/load"
	"outdial/wire"
)

// A bench measures one server that it starts as a child process of the same
// program: what is measured is what is shipped.
type bench struct {
	env
	conns   int
	seconds time.Duration
	seed    int
	store   string
	out     io.Writer
	dir     string
	profile string // of the server, each part's in the place of the one before
}

const benchAbout = `
Measures this program on this machine, load generator included: signed
StartOutboundChatContact answered after a durable commit, against the same
handler that keeps nothing; whole SMS contacts; the latency at half the load;
memory and start; the same with many ended contacts in the store; what
conversations cost that wait for their customers; SMS over SMPP,
beside Kannel where that is installed; and calls over SIP to telephones in a
process of their own: how many are set up in a second, how soon they hear and are
heard, and how evenly the packets of many at once come.
Parts: floor, start, latency, whole, idle, million, parked, smpp, sip, and sip-N for N
calls at once alone.`

// runBench measures. The figures go to stdout as a table.
func runBench(ctx context.Context, e env, args []string) error {
	fs := flags(e, "bench", "[PART…]", benchAbout)
	b := &bench{env: e, out: e.stdout}
	fs.IntVar(&b.conns, "conns", 64, "connections")
	fs.DurationVar(&b.seconds, "for", 8*time.Second, "how long each part takes")
	fs.IntVar(&b.seed, "ended", 1_000_000, "ended contacts in the store, for the part million")
	fs.StringVar(&b.store, "store", "", "postgres://… to measure; a SQLite file of its own by default")
	fs.StringVar(&b.profile, "profile", "", "write the server's CPU profile of the last part to `FILE`")
	parts, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(parts) > 0 && (parts[0] == "crowd" || parts[0] == "bare") { // processes that the part sip starts
		return benchChild(ctx, e, parts)
	}
	if len(parts) == 0 {
		parts = []string{"idle", "floor", "start", "latency", "whole"}
	}
	if b.dir, err = os.MkdirTemp("", "outdial-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	return b.run(ctx, parts)
}

func (b *bench) run(ctx context.Context, parts []string) error {
	kind := "SQLite"
	if strings.HasPrefix(b.store, "postgres") {
		kind = "PostgreSQL"
	}
	fmt.Fprintf(b.out, "%s, %d cores, %s, %d connections, %v a part\n", kind, runtime.NumCPU(), runtime.Version(), b.conns, b.seconds)
	floor, start := 0.0, 0.0
	for _, p := range parts {
		var err error
		switch p {
		case "idle":
			err = b.idle(ctx)
		case "floor":
			floor, err = b.starts(ctx, "floor: the same handler, nothing kept", 0, "-floor")
		case "start":
			if start, err = b.starts(ctx, "StartOutboundChatContact, durable", 0); err == nil && floor > 0 {
				fmt.Fprintf(b.out, "  of the floor: %.0f %%\n", 100*start/floor)
			}
		case "latency":
			rate := start
			if rate == 0 {
				rate = 6000
			}
			_, err = b.starts(ctx, "the same at half that load", rate/2)
		case "whole":
			err = b.whole(ctx)
		case "million":
			err = b.million(ctx, start)
		case "parked":
			err = b.parkedCost(ctx)
		case "smpp":
			err = b.smpp(ctx)
		case "sip":
			err = b.sip(ctx)
		default:
			if n, bad := strconv.Atoi(strings.TrimPrefix(p, "sip-")); bad == nil && n > 0 {
				_, err = b.sipLevel(ctx, n)
				break
			}
			err = usagef("there is no part %q", p)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

// A child is a server under measurement.
type child struct {
	cmd   *exec.Cmd
	ready benchReady
	addr  string
	took  time.Duration // from its start until it serves
	log   *os.File
}

type benchReady struct {
	Endpoint        string            `json:"endpoint"`
	Region          string            `json:"region"`
	AccessKeyID     string            `json:"accessKeyId"`
	SecretAccessKey string            `json:"secretAccessKey"`
	InstanceID      string            `json:"instanceId"`
	Flows           map[string]string `json:"flows"`
	PhoneNumbers    []struct {
		ARN      string   `json:"arn"`
		Channels []string `json:"channels"`
	} `json:"phoneNumbers"`
}

// serve starts a server on a store of its own, or on the named one.
func (b *bench) serve(ctx context.Context, store string, extra ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(b.dir, "server-")
	if err != nil {
		return nil, err
	}
	if store == "" {
		store = b.store
	}
	if store == "" {
		store = "file:" + filepath.Join(dir, "bench.db")
	}
	ready := filepath.Join(dir, "ready.json")
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	args := append([]string{"serve", "-listen", "127.0.0.1:0", "-store", store, "-ready", ready, "-log-level", "warn"}, extra...)
	if b.profile != "" {
		args = append(args, "-cpuprofile", b.profile)
	}
	c := &child{cmd: exec.CommandContext(ctx, self, args...), log: log}
	c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr = dir, log, log
	begun := time.Now()
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(begun) < 30*time.Second {
		doc, err := os.ReadFile(ready)
		if err == nil && json.Unmarshal(doc, &c.ready) == nil {
			c.took = time.Since(begun)
			c.addr = strings.TrimPrefix(c.ready.Endpoint, "http://")
			return c, nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	c.stop()
	said, _ := os.ReadFile(log.Name())
	return nil, fmt.Errorf("the server did not come up: %s", said)
}

func (c *child) stop() {
	c.cmd.Process.Signal(os.Interrupt)
	done := make(chan struct{})
	go func() { c.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		c.cmd.Process.Kill()
		<-done
	}
	c.log.Close()
}

// requests prepares n signed starts, each with its own token and number.
func (c *child) requests(n, from int) ([]load.Request, error) {
	return c.requestsFor(reminder, n, from)
}

// requestsFor prepares starts of a flow.
func (c *child) requestsFor(name string, n, from int) ([]load.Request, error) {
	number := ""
	for _, p := range c.ready.PhoneNumbers {
		for _, ch := range p.Channels {
			if ch == "SMS" {
				number = p.ARN
			}
		}
	}
	flow := c.ready.Flows[name]
	if number == "" || flow == "" {
		return nil, fmt.Errorf("the server has no SMS number or no flow %q", name)
	}
	keys := wire.Credentials{AccessKeyID: c.ready.AccessKeyID, SecretAccessKey: c.ready.SecretAccessKey}
	now := time.Now()
	out := make([]load.Request, n)
	for i := range out {
		body := fmt.Appendf(nil, `{"SourceEndpoint":{"Type":"CONNECT_PHONENUMBER_ARN","Address":%q},"DestinationEndpoint":{"Type":"TELEPHONE_NUMBER","Address":"+1206%07d"},`+
			`"InstanceId":%q,"ContactFlowId":%q,"SegmentAttributes":{"connect:Subtype":{"ValueString":"connect:SMS"}},"ParticipantDetails":{"DisplayName":"Customer"},`+
			`"Attributes":{"name":"Ann","appointment":"Tuesday 10:00"},"ClientToken":%q}`,
			number, 6000000+from+i, c.ready.InstanceID, flow, uuid.NewString())
		r, err := http.NewRequest("PUT", c.ready.Endpoint+"/contact/outbound-chat", nil)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/json")
		wire.Sign(r, body, keys, c.ready.Region, "connect", now)
		out[i] = load.Prepare(r, body)
	}
	return out, nil
}

// starts measures StartOutboundChatContact; rate 0 is as fast as it goes.
func (b *bench) starts(ctx context.Context, what string, rate float64, extra ...string) (float64, error) {
	c, err := b.serve(ctx, "", extra...)
	if err != nil {
		return 0, err
	}
	defer c.stop()
	return b.startsOn(ctx, c, what, rate, 0)
}

func (b *bench) startsOn(ctx context.Context, c *child, what string, rate float64, from int) (float64, error) {
	most := 40_000
	if rate > 0 {
		most = int(rate)
	}
	requests, err := c.requests(int(float64(most)*b.seconds.Seconds()), from)
	if err != nil {
		return 0, err
	}
	runtime.GC()
	before := processor(c.cmd.Process.Pid)
	res, err := load.Run{Addr: c.addr, Conns: b.conns, Rate: rate, For: b.seconds}.Send(ctx, requests)
	if err != nil {
		return 0, err
	}
	each := (processor(c.cmd.Process.Pid) - before) / time.Duration(max(res.OK, 1))
	fmt.Fprintf(b.out, "%s: %.0f/s, p50 %v, p99 %v, %v of the server's processors each\n", what, res.Rate(), round(res.Percentile(50)), round(res.Percentile(99)),
		each.Round(time.Microsecond))
	if res.Bad > 0 {
		fmt.Fprintf(b.out, "  refused: %d, the first: %s\n", res.Bad, res.FirstBad)
	}
	return res.Rate(), nil
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

// whole measures SMS contacts from the request to their end: message out, reply
// in, message out, end. Each handset of the server replies "1".
func (b *bench) whole(ctx context.Context) error {
	c, err := b.serve(ctx, "", "-handsets-reply", "1")
	if err != nil {
		return err
	}
	defer c.stop()
	n := int(2500 * b.seconds.Seconds())
	requests, err := c.requests(n, 0)
	if err != nil {
		return err
	}
	begun, before := time.Now(), processor(c.cmd.Process.Pid)
	res, err := load.Run{Addr: c.addr, Conns: b.conns}.Send(ctx, requests)
	if err != nil {
		return err
	}
	for time.Since(begun) < 2*time.Minute {
		ended, err := c.metric("outdial_contacts_ended_total")
		if err != nil {
			return err
		}
		if ended >= float64(res.OK) {
			each := (processor(c.cmd.Process.Pid) - before) / time.Duration(max(res.OK, 1))
			fmt.Fprintf(b.out, "whole SMS contacts: %.0f/s (%d in %v), %v of the server's processors each\n", float64(res.OK)/time.Since(begun).Seconds(), res.OK,
				time.Since(begun).Round(time.Millisecond), each.Round(time.Microsecond))
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return fmt.Errorf("not all of %d contacts came to their end", res.OK)
}

// metric reads the sum of one counter from /_outdial/metrics.
func (c *child) metric(name string) (float64, error) {
	r, err := http.Get(c.ready.Endpoint + "/_outdial/metrics")
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	sum := 0.0
	lines := bufio.NewScanner(r.Body)
	for lines.Scan() {
		line := lines.Text()
		if rest, ok := strings.CutPrefix(line, name); ok && rest != "" && (rest[0] == ' ' || rest[0] == '{') {
			v, err := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
			if err != nil {
				return 0, err
			}
			sum += v
		}
	}
	return sum, lines.Err()
}

// idle measures memory and start.
func (b *bench) idle(ctx context.Context) error {
	first, err := b.serve(ctx, "")
	if err != nil {
		return err
	}
	defer first.stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(2 * time.Second):
	}
	rss, err := residentMB(first.cmd.Process.Pid)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "ready after %v (first start, demo instance made), idle memory %.1f MB\n", first.took.Round(time.Millisecond), rss)
	return nil
}

// processor is the time that a process has had of the processors: unlike rates,
// it depends little on what else the machine does. 0 where it is not known.
func processor(pid int) time.Duration {
	doc, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name of the program, in brackets, may hold anything. proc(5): the 14th
	// and 15th fields are user and system time in ticks of 10 ms.
	f := strings.Fields(string(doc[strings.LastIndexByte(string(doc), ')')+1:]))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// residentMB is the resident memory of a process.
func residentMB(pid int) (float64, error) {
	doc, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(doc)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kb, err := strconv.ParseFloat(f[1], 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("no VmRSS")
}
