package legacy

// Error types of today. https://docs.aws.amazon.com/connect/latest/devguide/flow-language-actions.html
const (
	noMatch     = "NoMatchingError"
	noCondition = "NoMatchingCondition"
	timeLimit   = "InputTimeLimitExceeded"
)

// errorTypes are the branches that are errors today.
var errorTypes = map[string]string{
	"Error":              noMatch,
	"NoMatch":            noCondition,
	"Timeout":            timeLimit,
	"AtCapacity":         "QueueAtCapacity",
	"InvalidNumber":      "InvalidPhoneNumber",
	"InvalidPhoneNumber": "InvalidCallbackNumber",
	"NonDialableNumber":  "CallbackNumberNotDialable",
	"CallFailure":        "CallFailed",
}

// operators are those of a condition.
var operators = map[string]string{
	"":                     "Equals",
	"Equals":               "Equals",
	"LessThan":             "NumberLessThan",
	"LessThanOrEqualTo":    "NumberLessOrEqualTo",
	"GreaterThan":          "NumberGreaterThan",
	"GreaterThanOrEqualTo": "NumberGreaterOrEqualTo",
	"StartsWith":           "TextStartsWith",
	"EndsWith":             "TextEndsWith",
	"Contains":             "TextContains",
}

// as makes an action of m, with its plain success and its errors. Conditions
// are the rule's.
func (m *module) as(kind string) action {
	a := action{Identifier: m.ID, Type: kind, Parameters: map[string]any{}}
	if ends[kind] {
		return a
	}
	for _, b := range m.Branches {
		switch {
		case b.Condition == "Success":
			a.Transitions.NextAction = b.Transition
		case errorTypes[b.Condition] != "":
			a.Transitions.Errors = append(a.Transitions.Errors, failure{b.Transition, errorTypes[b.Condition]})
		}
	}
	return a
}

// without drops the errors of a type that today's action does not have.
func (a action) without(kinds ...string) action {
	kept := a.Transitions.Errors[:0]
	for _, e := range a.Transitions.Errors {
		drop := false
		for _, k := range kinds {
			drop = drop || e.ErrorType == k
		}
		if !drop {
			kept = append(kept, e)
		}
	}
	a.Transitions.Errors = kept
	return a
}

// when adds a condition.
func (a *action) when(operator, operand, next string) {
	c := condition{NextAction: next}
	c.Condition.Operator, c.Condition.Operands = operator, []string{operand}
	a.Transitions.Conditions = append(a.Transitions.Conditions, c)
}

// evaluated adds the conditions that compare.
func (a *action) evaluated(m *module) {
	for _, b := range m.Branches {
		if b.Condition != "Evaluate" {
			continue
		}
		op, ok := operators[b.Operator]
		if !ok {
			m.say("the comparison %q is not known: it is kept under its own name", b.Operator)
			op = b.Operator
		}
		a.when(op, string(b.Operand), b.Transition)
	}
}

// to gives where a branch leads.
func (m *module) to(condition string) string {
	for _, b := range m.Branches {
		if b.Condition == condition {
			return b.Transition
		}
	}
	return ""
}
