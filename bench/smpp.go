package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/contact"
	"outdial/gateway"
	"outdial/gateway/smpp"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
	"outdial/load"
)

// What is measured over SMPP, and how long any of it may take.
const (
	smppText   = "Hello Ann, your appointment is Tuesday 10:00. We look forward to seeing you."
	smppWindow = 100
	smppBound  = 2 * time.Minute
	notice     = "Notice"
)

// Reminder is the flow of the demo by which contacts are measured.
const Reminder = "Appointment reminder (chat)"

// smpp measures SMS over SMPP: our session alone; whole contacts through the
// server; and, where it is installed, the same messages through Kannel to the
// same SMSC. All of them, and the SMSC, share this machine. Whoever sends, a
// message counts when the SMSC has it and the answer to its receipt.
func (b *Bench) smpp(ctx context.Context) error {
	fmt.Fprintf(b.Out, "SMPP; load of the machine before: %s\n", loadOfMachine())
	for _, receipts := range []sms.MessageState{sms.Scheduled, sms.Delivered} {
		if err := b.smppSession(ctx, receipts); err != nil {
			return err
		}
	}
	n := int(1000 * b.For.Seconds())
	ours, err := b.smppContacts(ctx, notice, n, 1)
	if err != nil {
		return err
	}
	if _, err := b.smppContacts(ctx, Reminder, n, 3); err != nil {
		return err
	}
	bearerbox, smsbox, ok := kannelPrograms()
	if !ok {
		fmt.Fprintln(b.Out, "Kannel is not installed (apt-get install kannel): nothing to compare with")
		return nil
	}
	for _, store := range []string{"", "spool"} {
		theirs, err := b.kannel(ctx, bearerbox, smsbox, store, n)
		if err != nil {
			return fmt.Errorf("kannel: %w", err)
		}
		fmt.Fprintf(b.Out, "  ours, durable and with a flow, to Kannel's: %.2f\n", ours/theirs)
	}
	return nil
}

// A benchSMSC is an SMSC on loopback.
type benchSMSC struct {
	*smsctest.Server
	l     net.Listener
	group errgroup.Group
}

func listenSMSC(o smsctest.Options) (*benchSMSC, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	o.Quiet, o.Window = true, smppWindow
	c := &benchSMSC{Server: smsctest.New(o), l: l}
	c.group.Go(func() error { c.Listen(l); return nil })
	return c, nil
}

// replyingSMSC is an SMSC whose customers reply where they are asked to.
func replyingSMSC() (c *benchSMSC, err error) {
	there := make(chan struct{})
	defer close(there)
	c, err = listenSMSC(smsctest.Options{Receipts: sms.Delivered, Submit: func(s smsctest.Submission) smsctest.Answer {
		if m := s.PDU.Message; strings.Contains(string(s.Data()), "Reply 1") {
			<-there
			c.Deliver(smsctest.Text(m.Dest.Addr, m.Source.Addr, "1", sms.Options{})[0])
		}
		return smsctest.Answer{}
	}})
	return c, err
}

func (c *benchSMSC) stop() {
	c.l.Close()
	c.group.Wait()
	c.Close()
}

// answered waits until n receipts and inbound messages were taken for good.
func (c *benchSMSC) answered(ctx context.Context, n int) error {
	err := c.Wait(ctx, func() bool { return c.Delivered() >= n })
	if err != nil {
		return fmt.Errorf("%d of %d deliveries were taken: %w", c.Delivered(), n, err)
	}
	return nil
}

// smppSession measures one session of ours, without server, flow or store.
func (b *Bench) smppSession(ctx context.Context, receipts sms.MessageState) error {
	ctx, cancel := context.WithTimeout(ctx, smppBound)
	defer cancel()
	smsc, err := listenSMSC(smsctest.Options{Receipts: receipts})
	if err != nil {
		return err
	}
	defer smsc.stop()
	gw, err := smpp.New(smpp.Account{Name: "bench", Addresses: []string{smsc.l.Addr().String()}, SystemID: "bench", Window: smppWindow}, smpp.Options{})
	if err != nil {
		return err
	}
	var run errgroup.Group
	runCtx, stop := context.WithCancel(ctx)
	run.Go(func() error {
		return gw.Run(runCtx, func(context.Context, gateway.Arrival) error { return nil })
	})
	err = smsc.Wait(ctx, func() bool { return smsc.Bound() == 1 })
	n := int(20_000 * b.For.Seconds())
	begun := time.Now()
	if err == nil {
		err = sendMany(ctx, gw, n)
	}
	what := "one session, submit_sm"
	if err == nil && receipts != sms.Scheduled {
		what += " and receipt"
		err = smsc.answered(ctx, n)
	}
	took := time.Since(begun)
	stop()
	if err = errors.Join(err, run.Wait()); err != nil {
		return err
	}
	fmt.Fprintf(b.Out, "%s: %.0f messages/s\n", what, float64(n)/took.Seconds())
	return nil
}

// sendMany sends n messages from as many workers as an engine has.
func sendMany(ctx context.Context, gw *smpp.Gateway, n int) error {
	c := &contact.Contact{Channel: contact.Chat, Subtype: contact.SMS,
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: "+12065550123"},
		System:   contact.Endpoint{Type: contact.TelephoneNumber, Address: "+12065550110"}}
	var next atomic.Int64
	workers, ctx := errgroup.WithContext(ctx)
	for range 64 {
		workers.Go(func() error {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if _, err := gw.Do(ctx, c, contact.SendMessage{ID: fmt.Sprint(i), Text: smppText}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return workers.Wait()
}

// smppContacts measures contacts of a flow from the request to their end, over
// SMPP; each brings the SMSC so many deliveries: receipts and replies.
func (b *Bench) smppContacts(ctx context.Context, flow string, n, deliveries int) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, smppBound)
	defer cancel()
	smsc, err := replyingSMSC()
	if err != nil {
		return 0, err
	}
	defer smsc.stop()
	config, err := b.config(func(dir string) (string, error) { return SMPPConfig(dir, smsc.l.Addr().String(), b.Reminder) })
	if err != nil {
		return 0, err
	}
	c, err := b.serve(ctx, "", "-config", config)
	if err != nil {
		return 0, err
	}
	defer c.stop()
	requests, err := c.requestsFor(flow, n, 0)
	if err != nil {
		return 0, err
	}
	if err := smsc.Wait(ctx, func() bool { return smsc.Bound() > 0 }); err != nil {
		return 0, err
	}
	begun := time.Now()
	res, err := load.Run{Addr: c.addr, Conns: b.Conns}.Send(ctx, requests)
	if err != nil {
		return 0, err
	}
	if res.OK != n {
		return 0, fmt.Errorf("%d of %d starts were refused: %s", res.Bad, n, res.FirstBad)
	}
	if err := smsc.answered(ctx, n*deliveries); err != nil {
		return 0, err
	}
	took := time.Since(begun)
	ended, err := c.metric("outdial_contacts_ended_total")
	if err == nil && int(ended) != n {
		err = fmt.Errorf("%.0f of %d contacts have ended", ended, n)
	}
	if err != nil {
		return 0, err
	}
	what := "message, receipt, end"
	if deliveries > 1 {
		what = "message, receipt, reply, message, receipt, end"
	}
	rate := float64(n) / took.Seconds()
	fmt.Fprintf(b.Out, "whole contacts (%s): %.0f/s (%d in %v), answered in p50 %v, p99 %v\n", what, rate, n,
		took.Round(time.Millisecond), round(res.Percentile(50)), round(res.Percentile(99)))
	return rate, nil
}

// SMPPConfig writes a configuration with one instance, one number, two flows (one
// of them the reminder) and one carrier at addr into dir, and gives its path.
func SMPPConfig(dir, addr string, reminder []byte) (string, error) {
	flows := filepath.Join(dir, "flows")
	if err := os.Mkdir(flows, 0o700); err != nil {
		return "", err
	}
	say := fmt.Sprintf(`{"Version":"2019-10-30","StartAction":"Say","Actions":[{"Identifier":"Say","Type":"MessageParticipant","Parameters":{"Text":%q},`+
		`"Transitions":{"NextAction":"End","Errors":[{"ErrorType":"NoMatchingError","NextAction":"End"}]}},`+
		`{"Identifier":"End","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`, smppText)
	text := fmt.Sprintf(`accounts: [{id: "111122223333"}]
flows: %q
instances:
  - alias: bench
    numbers: [{number: "+12065550110", channels: [SMS]}]
bots:
  - name: appointment
    aliases: ["arn:aws:lex:us-east-1:111122223333:bot-alias/APPOINTMEN/TSTALIASID"]
    intents: [{name: Confirm, utterances: ["1"]}, {name: AnotherTime, utterances: ["2"]}]
carriers:
  - {name: smsc, kind: smpp, addresses: ['%s'], system_id: bench, password: bench, window: %d}
`, flows, addr, smppWindow)
	path := filepath.Join(dir, "outdial.yaml")
	return path, errors.Join(
		os.WriteFile(filepath.Join(flows, Reminder+".json"), reminder, 0o600),
		os.WriteFile(filepath.Join(flows, notice+".json"), []byte(say), 0o600),
		os.WriteFile(path, []byte(text), 0o600))
}

// kannelPrograms finds Kannel as Debian installs it.
func kannelPrograms() (bearerbox, smsbox string, ok bool) {
	find := func(name string) string {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
		path, err := exec.LookPath("/usr/sbin/" + name) // not everybody's PATH has it
		if err != nil {
			return ""
		}
		return path
	}
	bearerbox, smsbox = find("bearerbox"), find("smsbox")
	return bearerbox, smsbox, bearerbox != "" && smsbox != ""
}

// kannel measures messages through Kannel: in by HTTP, out by SMPP, receipts to
// an address of ours. store is its store-type; "" keeps messages in memory only,
// as it does by default.
func (b *Bench) kannel(ctx context.Context, bearerbox, smsbox, store string, n int) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, smppBound)
	defer cancel()
	smsc, err := listenSMSC(smsctest.Options{Receipts: sms.Delivered})
	if err != nil {
		return 0, err
	}
	defer smsc.stop()
	told, hook, err := hookOfKannel()
	if err != nil {
		return 0, err
	}
	defer hook.Close()
	ports, err := freePorts(3)
	if err != nil {
		return 0, err
	}
	dir, err := b.kannelConfig(smsc.l.Addr().(*net.TCPAddr).Port, ports, store)
	if err != nil {
		return 0, err
	}
	stop, err := startKannel(ctx, dir, bearerbox, smsbox, ports)
	defer stop()
	if err != nil {
		return 0, err
	}
	if err := smsc.Wait(ctx, func() bool { return smsc.Bound() == 1 }); err != nil {
		return 0, fmt.Errorf("it does not bind: %w", err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", ports[2])
	requests, err := kannelRequests(addr, hook.Addr, n)
	if err != nil {
		return 0, err
	}
	var accepted atomic.Int64
	begun := time.Now()
	_, err = load.Run{Addr: addr, Conns: b.Conns, Each: func(_, status int, _ []byte) {
		if status == http.StatusAccepted {
			accepted.Add(1)
		}
	}}.Send(ctx, requests)
	if err != nil {
		return 0, err
	}
	if accepted.Load() != int64(n) {
		return 0, fmt.Errorf("%d of %d messages were accepted", accepted.Load(), n)
	}
	if err := smsc.answered(ctx, n); err != nil {
		return 0, err
	}
	took := time.Since(begun)
	kept := "in memory"
	if store != "" {
		kept = "with its store on disk"
	}
	rate := float64(n) / took.Seconds()
	fmt.Fprintf(b.Out, "Kannel, %s (message, receipt): %.0f/s (%d in %v), %d receipts handed on by then\n", kept, rate, n, took.Round(time.Millisecond), told.Load())
	return rate, nil
}

// hookOfKannel counts the receipts that Kannel hands on.
func hookOfKannel() (*atomic.Int64, *http.Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	told := new(atomic.Int64)
	srv := &http.Server{Addr: l.Addr().String(), ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told.Add(1) })}
	go srv.Serve(l)
	return told, srv, nil
}

// kannelConfig writes Kannel's configuration: as little as it takes, and the
// same window as ours. ports are of its administration, smsbox and sendsms.
func (b *Bench) kannelConfig(smsc int, ports []int, store string) (string, error) {
	dir, err := os.MkdirTemp(b.dir, "kannel-")
	if err != nil {
		return "", err
	}
	kept := ""
	if store != "" {
		kept = fmt.Sprintf("store-type = %s\nstore-location = %q\n", store, filepath.Join(dir, "store"))
		if err := os.Mkdir(filepath.Join(dir, "store"), 0o700); err != nil {
			return "", err
		}
	}
	text := fmt.Sprintf(`group = core
admin-port = %d
admin-interface = 127.0.0.1
admin-password = bench
smsbox-port = %d
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
dlr-storage = internal
log-level = 4
%s
group = smsc
smsc = smpp
smsc-id = bench
host = 127.0.0.1
port = %d
transceiver-mode = true
smsc-username = bench
smsc-password = bench
system-type = ""
max-pending-submits = %d

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %d
sendsms-interface = 127.0.0.1
log-level = 4

group = sendsms-user
username = bench
password = bench
max-messages = 3
concatenation = true

group = sms-service
keyword = default
text = "none"
`, ports[0], ports[1], kept, smsc, smppWindow, ports[2])
	return dir, os.WriteFile(filepath.Join(dir, "kannel.conf"), []byte(text), 0o600)
}

// startKannel starts both of Kannel's programs, and gives what stops them.
func startKannel(ctx context.Context, dir, bearerbox, smsbox string, ports []int) (stop func(), err error) {
	var running []*exec.Cmd
	stop = func() {
		for i := len(running) - 1; i >= 0; i-- {
			endProcess(running[i])
		}
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return stop, err
	}
	defer log.Close() // the children have it
	for i, program := range []string{bearerbox, smsbox} {
		c := exec.CommandContext(ctx, program, "-v", "4", filepath.Join(dir, "kannel.conf"))
		c.Dir, c.Stdout, c.Stderr = dir, log, log
		if err := c.Start(); err != nil {
			return stop, err
		}
		running = append(running, c)
		if err := awaitPort(ctx, ports[1+i]); err != nil {
			said, _ := os.ReadFile(log.Name())
			return stop, fmt.Errorf("%s did not come up: %w: %s", filepath.Base(program), err, said)
		}
	}
	return stop, nil
}

// awaitPort waits until somebody listens.
func awaitPort(ctx context.Context, port int) error {
	end := time.Now().Add(20 * time.Second)
	for {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return c.Close()
		}
		if time.Now().After(end) || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// kannelRequests prepares n messages for Kannel's sendsms, each with a receipt.
func kannelRequests(addr, hook string, n int) ([]load.Request, error) {
	out := make([]load.Request, n)
	for i := range out {
		q := url.Values{"username": {"bench"}, "password": {"bench"}, "from": {"12065550110"}, "to": {fmt.Sprintf("1206%07d", 6_000_000+i)},
			"text": {smppText}, "dlr-mask": {"3"}, "dlr-url": {"http://" + hook + "/?id=" + fmt.Sprint(i) + "&state=%d"}}
		r, err := http.NewRequest("GET", "http://"+addr+"/cgi-bin/sendsms?"+q.Encode(), nil)
		if err != nil {
			return nil, err
		}
		out[i] = load.Prepare(r, nil)
	}
	return out, nil
}
