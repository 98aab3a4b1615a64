package play

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"outdial/bot"
	"outdial/resource"
)

// Stubs are what stands behind a flow in a play: the head of the play has them,
// or a file beside the flow. Keys name what a flow names, by its ARN, the last
// part of its ARN, or the name that the export shows for it; "*" is any other.
type Stubs struct {
	Functions map[string]Answers `yaml:"functions,omitempty"`
	// Services are keyed SERVICE.OPERATION ("profile.SearchProfiles") or SERVICE.
	Services map[string]Answers   `yaml:"services,omitempty"`
	Bots     map[string]BotStub   `yaml:"bots,omitempty"`
	Hours    map[string]HoursStub `yaml:"hours,omitempty"`
	Queues   map[string]QueueStub `yaml:"queues,omitempty"`
	Prompts  map[string]string    `yaml:"prompts,omitempty"` // what each says; "missing" is not there
	Flows    map[string]string    `yaml:"flows,omitempty"`   // files, relative to the play
	Users    map[string]UserStub  `yaml:"users,omitempty"`
	Numbers  map[string]string    `yaml:"numbers,omitempty"` // E.164 by id or ARN
	Instance map[string]string    `yaml:"instance,omitempty"`
	At       string               `yaml:"at,omitempty"` // what time it is, where the head does not say
}

func (s *Stubs) empty() bool {
	out, err := yaml.Marshal(s)
	return err == nil && strings.TrimSpace(string(out)) == "{}"
}

// merge takes over from o what s does not say.
func (s *Stubs) merge(o Stubs) {
	s.Functions = merged(s.Functions, o.Functions)
	s.Services = merged(s.Services, o.Services)
	s.Bots = merged(s.Bots, o.Bots)
	s.Hours = merged(s.Hours, o.Hours)
	s.Queues = merged(s.Queues, o.Queues)
	s.Prompts = merged(s.Prompts, o.Prompts)
	s.Flows = merged(s.Flows, o.Flows)
	s.Users = merged(s.Users, o.Users)
	s.Numbers = merged(s.Numbers, o.Numbers)
	s.Instance = merged(s.Instance, o.Instance)
	if s.At == "" {
		s.At = o.At
	}
}

// utterances are what the bots of the stubs understand, up to 50.
func (s *Stubs) utterances() []string {
	var out []string
	for _, name := range sortedNames(s.Bots) {
		b := s.Bots[name]
		for _, text := range sortedNames(b.Hears) {
			if text != "*" {
				out = append(out, text)
			}
		}
		for _, in := range b.Intents {
			out = append(out, in.Utterances...)
		}
	}
	return out[:min(len(out), 50)]
}

func merged[V any](a, b map[string]V) map[string]V {
	out := make(map[string]V, len(a)+len(b))
	for k, v := range b {
		out[k] = v
	}
	for k, v := range a {
		out[k] = v
	}
	return out
}

// ReadStubs reads a file of stubs (YAML or JSON).
func ReadStubs(file string, doc []byte) (Stubs, error) {
	var s Stubs
	if len(doc) > MaxSize {
		return s, fmt.Errorf("%s: over %d bytes", file, MaxSize)
	}
	if err := unmarshal(string(doc), &s); err != nil {
		return s, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

// Answers are what a function or a service answers, one call after the other;
// the last one stays. In YAML: the answer itself, or a list of answers, each of
// them either the answer itself or {returns, error, after, when}.
type Answers []Answer

// An Answer is one answer.
type Answer struct {
	Returns any           // JSON
	Error   string        // instead: why it fails; of a service its exception
	After   time.Duration // how long it takes
	When    any           // only to a call whose parameters hold this
}

// UnmarshalYAML reads the short and the long form.
func (a *Answers) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		for _, e := range n.Content {
			one, err := readAnswer(e)
			if err != nil {
				return err
			}
			*a = append(*a, one)
		}
		return nil
	}
	one, err := readAnswer(n)
	*a = Answers{one}
	return err
}

// MarshalYAML writes the long form.
func (a Answers) MarshalYAML() (any, error) {
	var out []map[string]any
	for _, one := range a {
		m := map[string]any{"returns": one.Returns}
		if one.Error != "" {
			m = map[string]any{"error": one.Error}
		}
		if one.After > 0 {
			m["after"] = one.After.String()
		}
		if one.When != nil {
			m["when"] = one.When
		}
		out = append(out, m)
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return out, nil
}

func readAnswer(n *yaml.Node) (Answer, error) {
	var v any
	if err := n.Decode(&v); err != nil {
		return Answer{}, err
	}
	v = jsonable(v)
	m, ok := v.(map[string]any)
	if !ok {
		return Answer{Returns: v}, nil
	}
	_, returns := m["returns"]
	_, fails := m["error"]
	if !returns && !fails {
		return Answer{Returns: v}, nil
	}
	a := Answer{Returns: m["returns"], When: m["when"]}
	for k, v := range m {
		switch k {
		case "error":
			if a.Error = fmt.Sprint(v); v == nil || a.Error == "" {
				a.Error = "failed"
			}
		case "after":
			d, err := ParseDuration(fmt.Sprint(v))
			if err != nil {
				return a, fmt.Errorf("line %d: after: %w", n.Line, err)
			}
			a.After = d
		case "returns", "when":
		default:
			return a, fmt.Errorf("line %d: an answer has returns or error, after, when, not %q", n.Line, k)
		}
	}
	return a, nil
}

// jsonable makes what YAML gave writable as JSON.
func jsonable(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = jsonable(e)
		}
		return v
	case map[any]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[fmt.Sprint(k)] = jsonable(e)
		}
		return out
	case []any:
		for i, e := range v {
			v[i] = jsonable(e)
		}
		return v
	case time.Time:
		return v.Format(time.RFC3339)
	}
	if _, err := json.Marshal(v); err != nil { // .inf, .nan
		return fmt.Sprint(v)
	}
	return v
}

// next gives the answer to the n-th call (from 0) with these parameters.
func (a Answers) next(n int, params any) (Answer, bool) {
	var fit []Answer
	for _, one := range a {
		if one.When == nil || holds(one.When, params) {
			fit = append(fit, one)
		}
	}
	if len(fit) == 0 {
		return Answer{}, false
	}
	return fit[min(n, len(fit)-1)], true
}

// holds tells whether got has all that want has; … in a text stands for any text.
func holds(want, got any) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for k, e := range w {
			v, ok := g[k]
			if !ok && e != nil || !holds(e, v) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !holds(w[i], g[i]) {
				return false
			}
		}
		return true
	case nil:
		return got == nil
	}
	switch got.(type) {
	case nil, map[string]any, []any:
		return false
	}
	return like(scalar(want), scalar(got))
}

// scalar writes a value that is neither object nor list.
func scalar(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	out, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(out)
}

// A BotStub is a bot: a definition with intents, a table of what it hears, or
// the name of a file with either.
type BotStub struct {
	bot.Definition `yaml:",inline"`
	// Hears is intent by utterance; "*" is any other utterance.
	Hears map[string]Heard `yaml:"hears,omitempty"`
	File  string           `yaml:"-"`
}

// A Heard is what a bot's table understands. In YAML the name of the intent will do.
type Heard struct {
	Intent    string            `yaml:"intent"`
	Slots     map[string]string `yaml:"slots,omitempty"`
	Session   map[string]string `yaml:"session,omitempty"`
	Sentiment string            `yaml:"sentiment,omitempty"`
	Score     float64           `yaml:"score,omitempty"`
	Reply     string            `yaml:"reply,omitempty"`
	Dialog    string            `yaml:"dialog,omitempty"`
}

// UnmarshalYAML takes the name of a file too.
func (b *BotStub) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		b.File = n.Value
		return nil
	}
	type plain BotStub
	return strictly(n, (*plain)(b), "name locale intents fallback types threshold maxRetries hears aliases")
}

// MarshalYAML gives the file's name where there is one.
func (b BotStub) MarshalYAML() (any, error) {
	if b.File != "" {
		return b.File, nil
	}
	type plain BotStub
	return plain(b), nil
}

// UnmarshalYAML takes the name of the intent alone.
func (h *Heard) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		h.Intent = n.Value
		return nil
	}
	type plain Heard
	return strictly(n, (*plain)(h), "intent slots session sentiment score reply dialog")
}

// strictly decodes a mapping and refuses keys that are not in known: a node's
// own Decode does not.
func strictly(n *yaml.Node, v any, known string) error {
	if n.Kind == yaml.MappingNode {
		names := strings.Fields(known)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i].Value
			if at := sort.SearchStrings(sorted(names), k); at == len(names) || sorted(names)[at] != k {
				return fmt.Errorf("line %d: unknown key %q; there are %s", n.Content[i].Line, k, known)
			}
		}
	}
	return n.Decode(v)
}

func sorted(names []string) []string {
	out := append([]string(nil), names...)
	sort.Strings(out)
	return out
}

// An HoursStub is "open", "closed", "missing", or hours.
type HoursStub struct {
	Is        string                 `yaml:"-"`
	TimeZone  string                 `yaml:"timeZone,omitempty"`
	Config    []resource.HoursOfDay  `yaml:"config,omitempty"`
	Overrides []resource.HoursExcept `yaml:"overrides,omitempty"`
}

// UnmarshalYAML takes the word alone.
func (h *HoursStub) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		if h.Is = n.Value; h.Is != "open" && h.Is != "closed" && h.Is != missing {
			return fmt.Errorf("line %d: hours are open, closed, missing, or timeZone and config; not %q", n.Line, n.Value)
		}
		return nil
	}
	type plain HoursStub
	return strictly(n, (*plain)(h), "timeZone config overrides")
}

// MarshalYAML gives the word where there is one.
func (h HoursStub) MarshalYAML() (any, error) {
	if h.Is != "" {
		return h.Is, nil
	}
	type plain HoursStub
	return plain(h), nil
}

// missing says of a stub that what it names is not there.
const missing = "missing"

// A QueueStub is a queue and who waits and works there; "missing" is none.
type QueueStub struct {
	Is       string `yaml:"-"`
	Name     string `yaml:"name,omitempty"`
	Hours    string `yaml:"hours,omitempty"`
	CallerID string `yaml:"callerId,omitempty"` // E.164
	Max      int    `yaml:"max,omitempty"`
	// The rest is the state of the queue: flow.Metrics.
	Waiting   int    `yaml:"waiting,omitempty"`
	Oldest    string `yaml:"oldest,omitempty"`
	Wait      string `yaml:"wait,omitempty"`
	Online    int    `yaml:"online,omitempty"`
	Available int    `yaml:"available,omitempty"`
	Staffed   int    `yaml:"staffed,omitempty"`
	AfterWork int    `yaml:"afterWork,omitempty"`
	Busy      int    `yaml:"busy,omitempty"`
}

// UnmarshalYAML takes the word "missing" too.
func (q *QueueStub) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		if q.Is = n.Value; q.Is != missing {
			return fmt.Errorf("line %d: a queue is missing, or has members; not %q", n.Line, n.Value)
		}
		return nil
	}
	type plain QueueStub
	if err := strictly(n, (*plain)(q), "name hours callerId max waiting oldest wait online available staffed afterWork busy"); err != nil {
		return err
	}
	for _, d := range []string{q.Oldest, q.Wait} {
		if d != "" {
			if _, err := ParseDuration(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// MarshalYAML gives the word where there is one.
func (q QueueStub) MarshalYAML() (any, error) {
	if q.Is != "" {
		return q.Is, nil
	}
	type plain QueueStub
	return plain(q), nil
}

// A UserStub is an agent.
type UserStub struct {
	FirstName string `yaml:"firstName,omitempty"`
	LastName  string `yaml:"lastName,omitempty"`
}
