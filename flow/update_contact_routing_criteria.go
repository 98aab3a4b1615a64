package flow

import (
	"fmt"
	"slices"
	"strings"

	"outdial/contact"
)

// updateContactRoutingCriteria says which agents of a queue suit the contact, step
// after step. LIVE: the service refuses the documented name UpdateRoutingCriteria.
var updateContactRoutingCriteria = Spec{
	Doc:    docs + "flow-control-actions-updateroutingcriteria.html",
	Params: []Param{{Name: "RoutingCriteria", Shape: Any, Required: true}},
	Errors: []ErrorRule{{Type: noMatch}},
	Flows:  I | Q | TA | TQ | MOD,
	Check:  checkRoutingCriteria,
	Run:    runUpdateContactRoutingCriteria,
}

func runUpdateContactRoutingCriteria(t *Turn) Next {
	k, why := criteria(t.JSON("RoutingCriteria"))
	if why != "" {
		return t.Fail(noMatch, why)
	}
	for i := range k.Steps {
		t.agentsOf(&k.Steps[i].Expression)
	}
	t.Contact.Criteria = k
	if t.Contact.Waits() {
		t.activate()
		t.reroute()
	}
	return t.Next()
}

// agentsOf turns references to agents into their ids.
func (t *Turn) agentsOf(e *contact.Expression) {
	for _, a := range []*contact.Proficient{e.Attribute, e.Not} {
		if a == nil {
			continue
		}
		for i, ref := range a.Agents {
			if u, err := t.World.User(ref); err == nil {
				a.Agents[i] = u.ID
			}
		}
	}
	for i := range e.And {
		t.agentsOf(&e.And[i])
	}
	for i := range e.Or {
		t.agentsOf(&e.Or[i])
	}
}

// Bounds of routing criteria. API_RoutingCriteriaInput, API_Expression
const (
	maxSteps       = 50
	maxExpressions = 50
	maxDeep        = 5
)

// criteria reads routing criteria as the API has them, or says what is wrong.
func criteria(v any) (*contact.Criteria, string) {
	m, _ := v.(map[string]any)
	list, ok := m["Steps"].([]any)
	if !ok || len(list) == 0 || len(list) > maxSteps {
		return nil, fmt.Sprintf("RoutingCriteria has no Steps, or over %d", maxSteps)
	}
	k := new(contact.Criteria)
	for i, s := range list {
		step, _ := s.(map[string]any)
		e, why := expression(step["Expression"], 0)
		if why != "" {
			return nil, fmt.Sprintf("Steps[%d].Expression: %s", i, why)
		}
		out := contact.Step{Expression: e}
		if x, there := step["Expiry"].(map[string]any); there {
			n, ok := number(textOf(x["DurationInSeconds"]))
			if !ok || n <= 0 || n != float64(int(n)) {
				return nil, fmt.Sprintf("Steps[%d].Expiry.DurationInSeconds is %q, not a number of seconds", i, textOf(x["DurationInSeconds"]))
			}
			out.Expiry = int(n)
		}
		k.Steps = append(k.Steps, out)
	}
	return k, ""
}

// expression reads one expression: exactly one of its kinds.
func expression(v any, depth int) (e contact.Expression, why string) {
	m, ok := v.(map[string]any)
	if !ok || len(m) != 1 || depth > maxDeep {
		return e, "it is to be one of AttributeCondition, NotAttributeCondition, AndExpression, OrExpression"
	}
	for name, v := range m {
		switch name {
		case "AttributeCondition":
			e.Attribute, why = attributeCondition(v)
		case "NotAttributeCondition":
			e.Not, why = attributeCondition(v)
		case "AndExpression":
			e.And, why = expressions(v, depth)
		case "OrExpression":
			e.Or, why = expressions(v, depth)
		default:
			why = "there is no " + name
		}
	}
	return e, why
}

func expressions(v any, depth int) ([]contact.Expression, string) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 || len(list) > maxExpressions {
		return nil, fmt.Sprintf("a list of 1 to %d expressions is wanted", maxExpressions)
	}
	var out []contact.Expression
	for _, v := range list {
		e, why := expression(v, depth+1)
		if why != "" {
			return nil, why
		}
		out = append(out, e)
	}
	return out, ""
}

// comparisons are the operators. API_AttributeCondition, ComparisonOperator
var comparisons = []string{"NumberGreaterOrEqualTo", "Match", "Range"}

func attributeCondition(v any) (*contact.Proficient, string) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, "a condition is an object"
	}
	a := &contact.Proficient{Name: textOf(m["Name"]), Value: textOf(m["Value"]), Operator: textOf(m["ComparisonOperator"])}
	if !slices.Contains(comparisons, a.Operator) {
		return nil, fmt.Sprintf("ComparisonOperator is %q, none of %s", a.Operator, strings.Join(comparisons, ", "))
	}
	if match, ok := m["MatchCriteria"].(map[string]any); ok {
		agents, _ := match["AgentsCriteria"].(map[string]any)
		list, _ := agents["AgentIds"].([]any)
		for _, id := range list {
			a.Agents = append(a.Agents, textOf(id))
		}
		if len(a.Agents) == 0 {
			return nil, "MatchCriteria names no agents"
		}
		return a, ""
	}
	if a.Name == "" || a.Value == "" || len(a.Name) > 64 || len(a.Value) > 64 {
		return nil, "Name and Value have 1 to 64 characters"
	}
	if r, ok := m["Range"].(map[string]any); ok {
		least, ok1 := level(r["MinProficiencyLevel"])
		most, ok2 := level(r["MaxProficiencyLevel"])
		if !ok1 || !ok2 || least > most {
			return nil, "the levels of a Range are numbers from 1 to 5"
		}
		a.Least, a.Most = least, most
		return a, ""
	}
	if a.Level, ok = level(m["ProficiencyLevel"]); !ok {
		return nil, fmt.Sprintf("ProficiencyLevel is %q, not a number from 1 to 5", textOf(m["ProficiencyLevel"]))
	}
	return a, ""
}

func level(v any) (float64, bool) {
	n, ok := number(textOf(v))
	return n, ok && n >= 1 && n <= 5
}

// checkRoutingCriteria checks criteria that hold no references.
func checkRoutingCriteria(a *Checked) {
	v := a.value("RoutingCriteria")
	if s, is := v.(string); is {
		if v == nil || parseTemplatePointer(s).single() == nil {
			a.BadValue("it is neither an object nor one single reference", "RoutingCriteria")
		}
		return
	}
	if v == nil || dynamic(v) {
		return
	}
	if _, why := criteria(v); why != "" {
		a.BadValue(why, "RoutingCriteria")
	}
}

// dynamic tells whether any text in v holds a reference.
func dynamic(v any) bool {
	switch v := v.(type) {
	case string:
		return !parseTemplatePointer(v).static()
	case []any:
		return slices.ContainsFunc(v, dynamic)
	case map[string]any:
		for _, e := range v {
			if dynamic(e) {
				return true
			}
		}
	}
	return false
}
