package engine

import (
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/flow"
	"outdial/resource"
	"outdial/store"
)

// world is what the flows of one instance may look up within one transaction.
type world struct {
	e *Engine
	t *store.Tx
	i *resource.Instance
}

// World gives what the flows of an instance may look up, within t.
func (e *Engine) World(t *store.Tx, instance string) (flow.World, error) {
	i, err := store.Load[resource.Instance](t, resource.KindInstance, instance)
	if err != nil {
		return nil, err
	}
	return &world{e, t, i}, nil
}

func (w *world) Instance() *resource.Instance { return w.i }

// local turns a reference into an id of ours: a foreign ARN by the aliases, an
// ARN of ours by its last part. What comes after the id (":$LATEST") is apart.
func (w *world) local(kind resource.Kind, ref string) (id, qualifier string) {
	ref = w.alias(ref)
	if strings.HasPrefix(ref, "arn:") {
		if i := strings.LastIndexByte(ref, '/'); i >= 0 {
			ref = ref[i+1:]
		}
	}
	if i := strings.IndexByte(ref, ':'); i >= 0 {
		ref, qualifier = ref[:i], ref[i+1:]
	}
	return ref, qualifier
}

// alias maps a foreign ARN, or that of its instance, to ours.
func (w *world) alias(ref string) string {
	if len(w.i.Aliases) == 0 || !strings.HasPrefix(ref, "arn:") {
		return ref
	}
	if to, ok := w.i.Aliases[ref]; ok {
		return to
	}
	prefixes := make([]string, 0, len(w.i.Aliases))
	for from := range w.i.Aliases {
		prefixes = append(prefixes, from)
	}
	sort.Slice(prefixes, func(a, b int) bool { return len(prefixes[a]) > len(prefixes[b]) })
	for _, from := range prefixes {
		if rest, ok := strings.CutPrefix(ref, from); ok && (rest == "" || rest[0] == '/' || rest[0] == ':') {
			return w.i.Aliases[from] + rest
		}
	}
	return ref
}

// find loads a resource of w's instance.
func find[T any](w *world, kind resource.Kind, ref string) (*T, error) {
	if ref == "" {
		return nil, fault.New(fault.NotFound, "no %s is named", kind)
	}
	id, _ := w.local(kind, ref)
	v, err := owned[T](w, kind, id)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "there is no %s %s", kind, ref)
	}
	return v, err
}

// owned loads a resource by its id, if it is the instance's or the server's:
// another instance may be somebody else's.
func owned[T any](w *world, kind resource.Kind, id string) (*T, error) {
	row, err := w.t.Resource(kind, id)
	if err != nil {
		return nil, err
	}
	if row.Instance != "" && row.Instance != w.i.ID {
		return nil, fault.New(fault.NotFound, "there is no %s %s in instance %s", kind, id, w.i.ID)
	}
	return store.Load[T](w.t, kind, id)
}

func (w *world) Queue(ref string) (*resource.Queue, error) {
	return find[resource.Queue](w, resource.KindQueue, ref)
}

func (w *world) Hours(ref string) (*resource.Hours, error) {
	h, err := find[resource.Hours](w, resource.KindHours, ref)
	if err != nil {
		return nil, err
	}
	return Inherit(w.t, h)
}

func (w *world) Prompt(ref string) (*resource.Prompt, error) {
	return find[resource.Prompt](w, resource.KindPrompt, ref)
}

// User finds an agent by id, ARN or user name.
func (w *world) User(ref string) (*resource.User, error) {
	u, err := find[resource.User](w, resource.KindUser, ref)
	if !fault.Is(err, fault.NotFound) || ref == "" || strings.HasPrefix(ref, "arn:") {
		return u, err
	}
	row, err := w.t.ResourceNamed(resource.KindUser, w.i.ID, ref)
	if err != nil {
		return nil, err
	}
	return store.Load[resource.User](w.t, resource.KindUser, row.ID)
}

// Number finds a number by id, ARN, or as it is dialled.
func (w *world) Number(ref string) (*resource.Number, error) {
	if !strings.HasPrefix(ref, "arn:") {
		if n, err := w.e.numberAt(w.t, w.i.ID, ref); n != nil || err != nil {
			return n, err
		}
	}
	return find[resource.Number](w, resource.KindNumber, ref)
}

// Flow gives the published content that ref names now; a module is found too.
func (w *world) Flow(ref string) (*flow.Flow, error) {
	id, qualifier := w.local(resource.KindFlow, ref)
	f, err := owned[resource.Flow](w, resource.KindFlow, id)
	if fault.Is(err, fault.NotFound) {
		f, err = owned[resource.Flow](w, resource.KindModule, id)
	}
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, &fault.Error{Kind: fault.NotFound, Code: CodeNoFlow, Message: "there is no flow " + ref}
		}
		return nil, err
	}
	content, hash := f.Content, f.Hash
	v, ok := version(f, qualifier)
	switch {
	case !ok:
		return nil, &fault.Error{Kind: fault.NotFound, Code: CodeNoFlow, Message: "flow " + ref + " has no version " + qualifier}
	case v != nil:
		content, hash = v.Content, v.Hash
	}
	if content == "" || f.State == resource.Archived {
		return nil, &fault.Error{Kind: fault.NotFound, Code: CodeNoFlow, Message: "flow " + ref + " is not published"}
	}
	return w.e.flows.parse(id, hash, content)
}

// FlowNamed gives a default flow of the instance.
func (w *world) FlowNamed(name string) (*flow.Flow, error) {
	row, err := w.t.ResourceNamed(resource.KindFlow, w.i.ID, name)
	if err != nil {
		return nil, err
	}
	return w.Flow(row.ID)
}

// version gives the frozen version that a qualifier or an alias names; ok and
// nil is the newest. What a file declares has no versions: it is meant itself.
func version(f *resource.Flow, qualifier string) (v *resource.FlowVersion, ok bool) {
	if qualifier == "" || strings.HasPrefix(qualifier, "$") {
		return nil, true
	}
	number, _ := strconv.ParseInt(qualifier, 10, 64)
	for _, a := range f.Aliases {
		if a.ID == qualifier || a.Name == qualifier {
			number = a.Version
		}
	}
	for i := range f.Versions {
		if f.Versions[i].Version == number {
			return &f.Versions[i], true
		}
	}
	return nil, f.File
}

// Content gives the content in which a parked contact stands.
func (w *world) Content(id, hash string) (*flow.Flow, error) {
	if f := w.e.flows.known(id, hash); f != nil {
		return f, nil
	}
	doc, err := store.Load[kept](w.t, resource.KindContent, hash)
	if err != nil {
		return nil, err
	}
	return w.e.flows.parse(id, hash, doc.Content)
}

// Contact gives another contact of the same instance.
func (w *world) Contact(id contact.ID) (*contact.Contact, error) {
	c, err := w.t.Contact(id)
	if err == nil && c.Instance != w.i.ID {
		return nil, fault.New(fault.NotFound, "there is no contact %s", id)
	}
	return c, err
}

func (w *world) Bot(alias string) (flow.Bot, bool) {
	if w.e.Bots == nil {
		return nil, false
	}
	return w.e.Bots(w.i.ID, w.alias(alias))
}

func (w *world) Serves(service string) bool { return w.e.Serves != nil && w.e.Serves(service) }

// kept is a content that contacts may stand in.
type kept struct {
	Content string    `json:"content"`
	Since   time.Time `json:"since"`
}

// flows keeps parsed contents: each is parsed once.
type flows struct {
	mu     sync.Mutex
	parsed map[[2]string]*flow.Flow // by id and hash
	texts  map[string]string        // content by hash, until it is kept
	saved  map[string]bool          // hashes that the store has
}

func (f *flows) known(id, hash string) *flow.Flow {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.parsed[[2]string{id, hash}]
}

func (f *flows) parse(id, hash, content string) (*flow.Flow, error) {
	if p := f.known(id, hash); p != nil {
		return p, nil
	}
	p, err := flow.Parse(id, []byte(content))
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.parsed == nil || len(f.parsed) > 1000 {
		f.parsed, f.texts, f.saved = make(map[[2]string]*flow.Flow), make(map[string]string), make(map[string]bool)
	}
	f.parsed[[2]string{id, hash}], f.texts[hash] = p, content
	return p, nil
}

// keep writes a content down once, so that whoever stands in it can go on in it
// whatever is published since.
func (f *flows) keep(t *store.Tx, id, hash string) error {
	f.mu.Lock()
	text, done := f.texts[hash], f.saved[hash]
	f.mu.Unlock()
	if done || text == "" {
		return nil
	}
	_, err := t.Resource(resource.KindContent, hash)
	if fault.Is(err, fault.NotFound) {
		err = put(t, resource.KindContent, "", hash, "", kept{Content: text})
	} else if err == nil {
		f.mu.Lock()
		f.saved[hash] = true // only what was read is surely committed
		f.mu.Unlock()
	}
	return err
}
