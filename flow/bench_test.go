package flow

import (
	"testing"

	"outdial/contact"
)

// A mix of the actions that most flows are made of, until a wait.
const mix = `
	log UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"Disabled"} > c1
	c1 Compare {"ComparisonValue":"$.Attributes.tier"} ?Equals:gold set ?TextContains:z set !NoMatchingCondition set > set
	set UpdateContactAttributes {"Attributes":{"seen":"yes","who":"$.Attributes.name"}} !NoMatchingError say > say
	say MessageParticipant {"Text":"Hello $.Attributes.name, welcome back"} !NoMatchingError c2 > c2
	c2 Compare {"ComparisonValue":"$.Channel"} ?Equals:VOICE set ?Equals:CHAT hold !NoMatchingCondition hold > hold
	hold Wait {"TimeLimitSeconds":"60"} ?Equals:WaitCompleted log ?Equals:CustomerReturned log !NoMatchingError log > log`

// BenchmarkStep is one turn of six actions. actions/s is what one core does.
func BenchmarkStep(b *testing.B) {
	s := stageOf(b, "SMS", mix)
	s.c.Attributes = map[string]string{"tier": "gold", "name": "Ann"}
	s.start()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Step(s.w, s.c, contact.TimerFired{Name: "wait", Visit: s.c.Position.Visit}, noon); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*6/b.Elapsed().Seconds(), "actions/s")
}

// BenchmarkParse is what the engine's cache saves.
func BenchmarkParse(b *testing.B) {
	doc := script(mix)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("f", doc); err != nil {
			b.Fatal(err)
		}
	}
}
