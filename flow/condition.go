package flow

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// A condition is one entry of Transitions.Conditions.
type condition struct {
	branch
	op      string
	operand template
	number  float64 // of a static operand
	isNum   bool
}

// parseCondition compiles one entry. What the service refuses (no operator, two
// operands) never holds.
func parseCondition(c map[string]any) condition {
	cond, _ := c["Condition"].(map[string]any)
	out := condition{op: text(cond, "Operator")}
	operands, _ := cond["Operands"].([]any)
	label := "condition " + out.op
	if len(operands) == 1 {
		s := textOf(operands[0])
		out.operand = parseTemplate(s)
		label += " " + s
		if out.operand.static() {
			out.number, out.isNum = number(s)
		}
	} else {
		out.op = ""
	}
	out.branch = branch{label: label, next: text(c, "NextAction")}
	return out
}

// number reads a decimal number; nothing else is numeric.
func number(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// holds tells whether the condition is true of result.
func (t *Turn) holds(c *condition, result string) bool {
	operand := c.operand.literal
	num, isNum := c.number, c.isNum
	if !c.operand.static() {
		operand = t.render(&c.operand)
		num, isNum = number(operand)
	}
	switch c.op {
	case "Equals":
		return result == operand
	case "TextStartsWith":
		return strings.HasPrefix(result, operand)
	case "TextEndsWith":
		return strings.HasSuffix(result, operand)
	case "TextContains":
		return strings.Contains(result, operand)
	case "KeyExists":
		return keyExists(result, operand)
	}
	if !strings.HasPrefix(c.op, "Number") || !isNum {
		return false
	}
	got, ok := number(result)
	if !ok {
		return false
	}
	switch c.op {
	case "NumberGreaterThan":
		return got > num
	case "NumberGreaterOrEqualTo":
		return got >= num
	case "NumberLessThan":
		return got < num
	case "NumberLessOrEqualTo":
		return got <= num
	}
	return false
}

// keyExists tells whether result is an object that has the key. The operator
// is not documented; the service takes it on Compare.
func keyExists(result, key string) bool {
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(result), &m) != nil {
		return false
	}
	_, ok := m[key]
	return ok
}
