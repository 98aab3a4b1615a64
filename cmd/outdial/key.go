package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"outdial/resource"
)

// runKey makes, lists and revokes access keys.
func runKey(ctx context.Context, e env, args []string) error {
	return subverbs(ctx, e, "key", `
Access keys, by which SDKs sign.

  outdial key create -name billing -allow 'connect:StartOutbound*,connect:DescribeContact'
  outdial key list
  outdial key revoke ID`, args, []verb{
		{"create", "", keyCreate}, {"list", "", keyList}, {"revoke", "", keyRevoke},
	})
}

// A keyLine is a key as the server shows it.
type keyLine struct {
	ID      string          `json:"accessKeyId"`
	Secret  string          `json:"secretAccessKey,omitempty"`
	Name    string          `json:"name"`
	Account string          `json:"account"`
	Created time.Time       `json:"created"`
	Revoked time.Time       `json:"revoked,omitzero"`
	File    bool            `json:"file,omitempty"`
	Allow   []resource.Rule `json:"allow,omitempty"`
	Deny    []resource.Rule `json:"deny,omitempty"`
}

// rule reads ACTION,ACTION@RESOURCE,RESOURCE.
func rule(s string) resource.Rule {
	actions, resources, ok := strings.Cut(s, "@")
	r := resource.Rule{Actions: strings.Split(actions, ",")}
	if ok {
		r.Resources = strings.Split(resources, ",")
	}
	return r
}

func rules(in list) (out []resource.Rule) {
	for _, s := range in {
		out = append(out, rule(s))
	}
	return out
}

func keyCreate(ctx context.Context, e env, args []string) error {
	fs := flags(e, "key create", "", `
Makes an access key, and prints it with its secret, which is shown this once.
Without -allow it may do everything. A rule is ACTION,… or ACTION,…@ARN,… with
the wildcards * and ?, as in 'connect:Start*@arn:aws:connect:us-east-1:*:instance/*'.`)
	var cf clientFlags
	cf.add(fs)
	name := fs.String("name", "", "whose it is; part of the principal's ARN")
	var allow, deny list
	fs.Var(&allow, "allow", "what it may do: a `RULE`; may be repeated")
	fs.Var(&deny, "deny", "what it may not do: a `RULE`; may be repeated")
	output := fs.String("o", "text", "`FORMAT`: text or json")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) == 1 && *name == "" {
		*name = words[0]
	} else if len(words) > 0 {
		return usagef("unexpected %q", words[0])
	}
	if *name == "" {
		return usagef("-name: whose is it?")
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	var k keyLine
	in := map[string]any{"name": *name, "allow": rules(allow), "deny": rules(deny)}
	if err := c.call(ctx, "POST", "/_outdial/keys", in, &k); err != nil {
		return err
	}
	if *output == "json" {
		return json.NewEncoder(e.stdout).Encode(k)
	}
	fmt.Fprintf(e.stdout, "export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s\n", k.ID, k.Secret)
	return nil
}

func keyList(ctx context.Context, e env, args []string) error {
	fs := flags(e, "key list", "", "Lists access keys, oldest first.")
	var cf clientFlags
	cf.add(fs)
	output := fs.String("o", "text", "`FORMAT`: text or json")
	if err := noWords(parse(fs, args)); err != nil {
		return err
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	var out struct {
		Keys []keyLine `json:"keys"`
	}
	if err := c.call(ctx, "GET", "/_outdial/keys", nil, &out); err != nil {
		return err
	}
	if *output == "json" {
		return json.NewEncoder(e.stdout).Encode(out.Keys)
	}
	for _, k := range out.Keys {
		state := "may do everything"
		if len(k.Allow)+len(k.Deny) > 0 {
			state = describeRules("may do ", k.Allow) + describeRules(" but not ", k.Deny)
		}
		if !k.Revoked.IsZero() {
			state = "revoked " + k.Revoked.Local().Format(time.DateTime)
		}
		if k.File {
			state += " (configuration)"
		}
		fmt.Fprintf(e.stdout, "%-22s %-16s %s  %s\n", k.ID, k.Name, k.Created.Local().Format(time.DateOnly), state)
	}
	return nil
}

func describeRules(what string, list []resource.Rule) string {
	if len(list) == 0 {
		return ""
	}
	var out []string
	for _, r := range list {
		s := strings.Join(r.Actions, ",")
		if len(r.Resources) > 0 {
			s += "@" + strings.Join(r.Resources, ",")
		}
		out = append(out, s)
	}
	return what + strings.Join(out, " ")
}

func keyRevoke(ctx context.Context, e env, args []string) error {
	fs := flags(e, "key revoke", "ID", "Revokes an access key, for ever.")
	var cf clientFlags
	cf.add(fs)
	c, id, err := cf.one(e, fs, args, "key's id")
	if err != nil {
		return err
	}
	if err := c.call(ctx, "DELETE", "/_outdial/keys/"+escape(id), nil, nil); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "revoked %s\n", id)
	return nil
}
