package flow

// Checked is one action under the check.
type Checked struct{}

func (a *Checked) Texts(path ...string) []string        { return nil }
func (a *Checked) Text(path ...string) string           { return "" }
func (a *Checked) NeedCondition(operand string)         {}
func (a *Checked) BadValue(hint string, path ...string) {}
