package api

import (
	"context"
	"testing"

	"outdial/engine"
	"outdial/resource"
	"outdial/wire"
)

// What starts contacts reads nothing on the good path: a store that may not be
// asked any more is not missed. A change of any resource is seen at once.
func TestStartReadsNothingTwice(t *testing.T) {
	h := build(t)
	in := &startOutboundChatContactInput{}
	if err := wire.Bind([]byte(chatRequest()), in); err != nil {
		t.Fatal(err)
	}
	start := func(ctx context.Context) error {
		at, err := h.server.place(ctx, in.InstanceId)
		if err != nil {
			return err
		}
		return h.server.chat(ctx, at, in, &engine.StartRequest{})
	}
	if err := start(t.Context()); err != nil {
		t.Fatal(err)
	}
	deaf, cancel := context.WithCancel(t.Context())
	cancel() // a View under it fails
	if err := start(deaf); err != nil {
		t.Errorf("the second time something was read: %v", err)
	}
	h.put(resource.KindFlow, instanceID, &resource.Flow{Meta: resource.Meta{ID: flowID, Name: "Chat"}, Type: "CONTACT_FLOW", Draft: chatContent})
	if err := start(deaf); err == nil {
		t.Error("after a change nothing was read")
	}
	if err := start(t.Context()); err == nil {
		t.Error("the flow is not published any more")
	}
}

// Ids that are not there do not fill the memory.
func TestKnowledgeIsBounded(t *testing.T) {
	p := &picture{entries: map[entryKey]entry{}}
	for i := range 3 * most {
		p.put(entryKey{kind: resource.KindFlow, id: string(rune(i))}, entry{})
	}
	if n := len(p.entries); n > most {
		t.Errorf("%d entries", n)
	}
}
