package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"outdial/flow"
	"outdial/flow/legacy"
	"outdial/resource"
)

// frontFile says more about the flows of a folder than their names do.
const frontFile = "flows.yaml"

// A flowConfig is what the front file says of one flow.
type flowConfig struct {
	Name        string            `yaml:"name"`
	Type        string            `yaml:"type"`
	Description string            `yaml:"description"`
	ID          string            `yaml:"id"`
	Tags        map[string]string `yaml:"tags"`
	Saved       bool              `yaml:"saved"` // kept, but not published
}

// FlowTypes are the flow types of Amazon Connect, and of modules.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateContactFlow.html
func FlowTypes() []string {
	return []string{"CONTACT_FLOW", "CUSTOMER_QUEUE", "CUSTOMER_HOLD", "CUSTOMER_WHISPER", "AGENT_HOLD", "AGENT_WHISPER",
		"OUTBOUND_WHISPER", "AGENT_TRANSFER", "QUEUE_TRANSFER", "CAMPAIGN", "MODULE"}
}

// flows declares the flows of a folder. at is the key that names it.
func (d *declarer) flows(at, folder string) {
	if folder == "" {
		return
	}
	fsys := os.DirFS(folder)
	if f, ok := d.c.folders[folder]; ok {
		fsys = f
	}
	names, err := fs.Glob(fsys, "*.json")
	if err == nil {
		_, err = fs.Stat(fsys, ".")
	}
	if err != nil {
		var why *fs.PathError // it knows the folder as "." only
		if errors.As(err, &why) {
			err = why.Err
		}
		d.fail(at, "the folder %s: %v", folder, err)
		return
	}
	front := d.front(fsys, folder)
	for name := range front {
		if !slices.Contains(names, name) {
			d.fail(at, "%s names %s, which is not there", frontFile, name)
		}
	}
	for _, name := range names {
		if doc, err := fs.ReadFile(fsys, name); err != nil {
			d.fail(at, "%v", err)
		} else {
			d.flow(path.Join(folder, name), front[name], doc)
		}
	}
}

func (d *declarer) front(fsys fs.FS, folder string) map[string]flowConfig {
	doc, err := fs.ReadFile(fsys, frontFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	out := struct {
		Flows map[string]flowConfig `yaml:"flows"`
	}{}
	dec := decoder{getenv: func(string) string { return "" }, lines: map[string]int{}}
	if err == nil {
		dec.decode(doc, &out)
	} else {
		dec.errs = []problem{{text: err.Error()}}
	}
	for _, p := range dec.errs {
		p.file = path.Join(folder, frontFile)
		d.errs = append(d.errs, p)
	}
	return out.Flows
}

// flow declares one flow or module.
func (d *declarer) flow(file string, c flowConfig, doc []byte) {
	wrong := func(format string, args ...any) {
		d.errs = append(d.errs, problem{file: file, text: fmt.Sprintf(format, args...)})
	}
	if legacy.Is(doc) {
		var err error
		if doc, _, err = legacy.Convert(doc); err != nil {
			wrong("%v", err)
			return
		}
	}
	f, err := flow.Parse(file, doc)
	if err != nil {
		wrong("%v", err)
		return
	}
	out := &resource.Flow{Type: cmp.Or(c.Type, f.Type, "CONTACT_FLOW"), State: resource.Active, Settings: string(f.Settings)}
	if c.Type == "" && f.Settings != nil {
		out.Type = "MODULE"
	}
	if !slices.Contains(FlowTypes(), out.Type) {
		wrong("type: wants %s, not %q", strings.Join(FlowTypes(), ", "), out.Type)
	}
	kind := resource.KindFlow
	if out.Type == "MODULE" {
		kind = resource.KindModule
	}
	if c.Saved {
		out.Draft = string(doc)
	} else {
		out.Content, out.Hash = string(doc), f.Hash
		if _, builtIn := d.c.folders[path.Dir(file)]; !builtIn { // those are checked when the program is tested
			d.judged = append(d.judged, judgement{file, out.Type, doc, d.in, d.ids})
		}
	}
	d.meta(file, kind, &out.Meta, cmp.Or(c.Name, strings.TrimSuffix(path.Base(file), ".json")), c.ID, c.Description, c.Tags)
	d.add(file, kind, d.home.Instance, &out.Meta, out)
}

// country gives the country of a number in E.164, "" where it has none.
func country(number string) string {
	n, err := phonenumbers.Parse(number, "")
	if err != nil {
		return ""
	}
	return phonenumbers.GetRegionCodeForNumber(n)
}

// A judgement is a flow that is to be checked once everything is declared.
type judgement struct {
	file, kind string
	doc        []byte
	in         *resource.Instance
	ids        map[string]string // of its instance
}

// judge checks the flows as the service does: what it would refuse is wrong here
// too, the rest is a warning.
func (d *declarer) judge() {
	for _, j := range d.judged {
		found := flow.Check(j.doc, flow.CheckOptions{
			Type:      j.kind,
			Strict:    j.in.References == "strict",
			Resources: func(kind resource.Kind, ref string) bool { return d.resolves(j, kind, ref) },
		})
		for _, f := range found.Problems() {
			d.errs = append(d.errs, problem{file: j.file, text: strings.TrimPrefix(f.String(), "problem: ")})
		}
		for _, f := range found.Warnings() {
			d.out.Warnings = append(d.out.Warnings, j.file+": "+strings.TrimPrefix(f.String(), "warning: "))
		}
	}
}

// resolves tells whether a reference in a flow leads to something that is
// declared. What only the running server can know counts as being there.
func (d *declarer) resolves(j judgement, kind resource.Kind, ref string) bool {
	if to, ok := j.in.Aliases[ref]; ok {
		ref = to
	}
	switch kind {
	case resource.KindFunction:
		return d.c.Lambda.Endpoint != "" || d.function(ref)
	case resource.KindBot:
		_, ok := d.out.Bots.Find(j.in.ID, ref)
		return ok || d.c.Lex.Endpoint != ""
	}
	id := ref[strings.LastIndexByte(ref, '/')+1:]
	id, _, _ = strings.Cut(id, ":")
	if strings.HasPrefix(ref, "arn:") && kind != resource.KindNumber && !strings.HasPrefix(ref, j.in.ARN+"/") {
		return false
	}
	if _, ok := j.ids[string(kind)+"/"+id]; ok {
		return true
	}
	_, ok := j.ids[string(resource.KindModule)+"/"+id]
	return ok && kind == resource.KindFlow
}

// function tells whether a URL is set for a function.
func (d *declarer) function(arn string) bool {
	for name := range d.c.Functions {
		if arn == name || strings.HasPrefix(arn, name+":") || strings.HasSuffix(arn, ":"+name) {
			return true
		}
	}
	return false
}
