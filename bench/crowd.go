package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/crowd"
)

// IsChild tells whether the words behind "bench" are those of a process that the
// part sip starts.
func IsChild(args []string) bool {
	return len(args) == 1 && args[0] == "crowd" || len(args) == 4 && args[0] == "bare"
}

// Child is a process that the part sip starts: the crowd of telephones, which
// answers questions on its standard input; or the bare loop. args are those of
// IsChild.
func Child(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	if args[0] == "bare" {
		n, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		d, err := time.ParseDuration(args[3])
		if err != nil {
			return err
		}
		return crowd.Bare(args[1], n, d)
	}
	c, err := crowd.Open()
	if err != nil {
		return err
	}
	defer c.Close()
	out := json.NewEncoder(stdout)
	if err := out.Encode(c.Address()); err != nil {
		return err
	}
	lines := bufio.NewScanner(stdin)
	for lines.Scan() && ctx.Err() == nil {
		var v any
		switch lines.Text() {
		case "count":
			v = c.Count()
		case "begin":
			c.Begin()
		case "pace":
			v = c.Pace()
		case "hangup":
			c.HangUp()
		}
		if err := out.Encode(v); err != nil {
			return err
		}
	}
	return lines.Err()
}

// A crowdChild is the far end, in a process of its own.
type crowdChild struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
	addr  string
}

func (b *Bench) startCrowd(ctx context.Context) (*crowdChild, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &crowdChild{cmd: exec.CommandContext(ctx, self, "bench", "crowd")}
	c.cmd.Stderr = b.Err
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	c.lines = bufio.NewScanner(out)
	c.lines.Buffer(nil, 16<<20)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := c.read()
	if err == nil {
		err = json.Unmarshal(line, &c.addr)
	}
	if err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

func (c *crowdChild) read() ([]byte, error) {
	if !c.lines.Scan() {
		return nil, errors.Join(errors.New("the telephones are gone"), c.lines.Err())
	}
	return c.lines.Bytes(), nil
}

// ask asks the crowd, and gives its line.
func (c *crowdChild) ask(what string) ([]byte, error) {
	if _, err := fmt.Fprintln(c.in, what); err != nil {
		return nil, err
	}
	return c.read()
}

func (c *crowdChild) stop() {
	c.in.Close()
	endProcess(c.cmd)
}

// bare measures the loop that does nothing but send, in a process of its own.
func (b *Bench) bare(ctx context.Context, n int, d time.Duration) (crowd.Pace, error) {
	self, err := os.Executable()
	if err != nil {
		return crowd.Pace{}, err
	}
	f, err := crowd.OpenFloor()
	if err != nil {
		return crowd.Pace{}, err
	}
	cmd := exec.CommandContext(ctx, self, "bench", "bare", f.Address(), strconv.Itoa(n), d.String())
	cmd.Stderr = b.Err
	err = cmd.Run()
	p := f.Close()
	return p, err
}

// SIPConfig writes a configuration with one instance, one number, three flows and
// one trunk that leads to addr into dir, and gives its path.
func SIPConfig(dir, addr string) (string, error) {
	ports, err := freePorts(1)
	if err != nil {
		return "", err
	}
	flows, sounds := filepath.Join(dir, "flows"), filepath.Join(dir, "sounds")
	path := filepath.Join(dir, "outdial.yaml")
	text := fmt.Sprintf(`accounts: [{id: "111122223333"}]
flows: %q
instances:
  - alias: bench
    numbers: [{number: "+12065550110", channels: [VOICE], carrier: trunk}]
carriers:
  - name: trunk
    kind: sip
    targets: ['%s']
    listen: 127.0.0.1:%d
    codecs: [PCMU]
    rtp_ports: 10000-29999
    drain: 1ms
    speech: {engine: none, files: [%q], aliases: {"s3://bench/": %q}}
`, flows, addr, ports[0], sounds, sounds+"/")
	err = errors.Join(os.Mkdir(flows, 0o700), os.Mkdir(sounds, 0o700), os.WriteFile(path, []byte(text), 0o600))
	for name, doc := range map[string]string{sipBrief: sayFlow("brief"), sipLong: sayFlow("long"), sipKeys: keysFlow} {
		err = errors.Join(err, os.WriteFile(filepath.Join(flows, name+".json"), []byte(doc), 0o600))
	}
	for name, s := range map[string]struct {
		long  time.Duration
		level int16
	}{"brief": {200 * time.Millisecond, 8000}, "long": {2 * time.Minute, 8000}, "other": {200 * time.Millisecond, -8000}} {
		var wav bytes.Buffer
		clip := audio.Clip{Rate: audio.Rate, Samples: audio.Silence(audio.Rate, s.long)}
		for i := range clip.Samples { // a wave that stays on one side of silence, by which the crowd tells prompts apart
			clip.Samples[i] = s.level + int16(3000*math.Sin(float64(i)))
		}
		err = errors.Join(err, audio.WriteWAV(&wav, clip), os.WriteFile(filepath.Join(sounds, name+".wav"), wav.Bytes(), 0o600))
	}
	return path, err
}

func media(name string) string {
	return fmt.Sprintf(`"Media":{"Uri":"s3://bench/%s.wav","SourceType":"S3","MediaType":"Audio"}`, name)
}

const endAction = `{"Identifier":"End","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}`

// sayFlow plays one recording.
func sayFlow(name string) string {
	return `{"Version":"2019-10-30","StartAction":"Say","Actions":[{"Identifier":"Say","Type":"MessageParticipant","Parameters":{` + media(name) +
		`},"Transitions":{"NextAction":"End","Errors":[{"ErrorType":"NoMatchingError","NextAction":"End"}]}},` + endAction + `]}`
}

// keysFlow plays a recording until 1 is pressed, and then another one.
var keysFlow = `{"Version":"2019-10-30","StartAction":"Ask","Actions":[{"Identifier":"Ask","Type":"GetParticipantInput","Parameters":{` + media("long") +
	`,"StoreInput":"False","InputTimeLimitSeconds":"5"},"Transitions":{"NextAction":"End","Conditions":[{"NextAction":"Say","Condition":{"Operator":"Equals","Operands":["1"]}}],` +
	`"Errors":[{"ErrorType":"InputTimeLimitExceeded","NextAction":"End"},{"ErrorType":"NoMatchingCondition","NextAction":"End"},{"ErrorType":"NoMatchingError","NextAction":"End"}]}},` +
	`{"Identifier":"Say","Type":"MessageParticipant","Parameters":{` + media("other") + `},"Transitions":{"NextAction":"End","Errors":[{"ErrorType":"NoMatchingError","NextAction":"End"}]}},` + endAction + `]}`
