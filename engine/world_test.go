package engine_test

import (
	"encoding/json"
	"testing"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// A flow finds what its own instance owns, and nothing of another one, whose
// accounts may be other people's.
func TestOtherInstancesAreClosed(t *testing.T) {
	h := build(t)
	all := map[resource.Kind]any{
		resource.KindQueue:  resource.Queue{Meta: resource.Meta{Name: "Sales"}},
		resource.KindHours:  resource.Hours{Meta: resource.Meta{Name: "Day"}, TimeZone: "UTC"},
		resource.KindPrompt: resource.Prompt{Meta: resource.Meta{Name: "Beep"}},
		resource.KindUser:   resource.User{Meta: resource.Meta{Name: "ann"}},
		resource.KindNumber: resource.Number{Meta: resource.Meta{Name: "+12065550177"}, Number: "+12065550177"},
		resource.KindFlow:   resource.Flow{Meta: resource.Meta{Name: "Bye"}, Content: `{"Version":"2019-10-30","StartAction":"a","Actions":[{"Identifier":"a","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`},
	}
	all[resource.KindModule] = all[resource.KindFlow]
	for kind, v := range all {
		doc, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		h.update(func(t *store.Tx) error {
			for _, owner := range []string{instance, "theirs"} {
				if err := t.PutResource(store.Row{Kind: string(kind), Instance: owner, ID: owner + "-" + string(kind), Name: string(kind), Doc: doc}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	h.update(func(tx *store.Tx) error {
		w, err := h.engine.World(tx, instance)
		if err != nil {
			return err
		}
		look := map[resource.Kind]func(string) error{
			resource.KindQueue:  func(id string) error { _, err := w.Queue(id); return err },
			resource.KindHours:  func(id string) error { _, err := w.Hours(id); return err },
			resource.KindPrompt: func(id string) error { _, err := w.Prompt(id); return err },
			resource.KindUser:   func(id string) error { _, err := w.User(id); return err },
			resource.KindNumber: func(id string) error { _, err := w.Number(id); return err },
			resource.KindFlow:   func(id string) error { _, err := w.Flow(id); return err },
			resource.KindModule: func(id string) error { _, err := w.Flow(id); return err },
		}
		for kind, f := range look {
			for _, form := range []string{"", "arn:aws:connect:us-east-1:111122223333:instance/x/y/"} {
				if err := f(form + instance + "-" + string(kind)); err != nil {
					t.Errorf("our %s: %v", kind, err)
				}
				if err := f(form + "theirs-" + string(kind)); !fault.Is(err, fault.NotFound) {
					t.Errorf("their %s is found: %v", kind, err)
				}
			}
		}
		return nil
	})
}
