package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"outdial/load"
	"outdial/wire"
)

// A child is a server under measurement.
type child struct {
	cmd   *exec.Cmd
	ready readyFile
	addr  string
	took  time.Duration // from its start until it serves
	log   *os.File
}

type readyFile struct {
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
func (b *Bench) serve(ctx context.Context, store string, extra ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(b.dir, "server-")
	if err != nil {
		return nil, err
	}
	if store == "" {
		store = b.Store
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
	if b.Profile != "" {
		args = append(args, "-cpuprofile", b.Profile)
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

// used is what the server has had of the processors.
func (c *child) used() time.Duration { return processor(c.cmd) }

func (c *child) stop() {
	endProcess(c.cmd)
	c.log.Close()
}

// requests prepares n signed starts, each with its own token and number.
func (c *child) requests(n, from int) ([]load.Request, error) {
	return c.requestsFor(Reminder, n, from)
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
