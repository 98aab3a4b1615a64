package api

import (
	"context"
	"encoding/json"
	"slices"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type transferContactInput struct {
	InstanceId    string `wire:"required,len=1..100"`
	ContactId     string `wire:"required,len=1..256"`
	QueueId       string
	UserId        string `wire:"len=1..256"`
	ContactFlowId string `wire:"required,len=..500"`
	ClientToken   string `wire:"len=..500"`
}

type transferContactOutput struct {
	ContactId  string `wire:"len=1..256"`
	ContactArn string
}

// transferContact hands a task on, in a new contact, to a queue or to an agent; by a
// flow that does it. The same token gives the same contact.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_TransferContact.html
func (s *Server) transferContact(ctx context.Context, in *transferContactInput) (*transferContactOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	c, err := s.viewContact(ctx, at, "ContactId", in.ContactId)
	if err != nil {
		return nil, err
	}
	tell := func(id contact.ID) *transferContactOutput {
		return &transferContactOutput{string(id), at.InstanceARN("contact", string(id))}
	}
	key := "transfer/" + string(c.ID) + "/" + in.ClientToken
	if in.ClientToken != "" {
		if id, err := s.marked(ctx, key); err != nil || id != "" {
			return tell(contact.ID(id)), err
		}
	}
	switch {
	case c.Channel != contact.Task:
		return nil, wire.Invalid("ContactId", "only tasks and e-mails are transferred so, and this is a contact on the channel %s", c.Channel)
	case !c.Open():
		return nil, wire.Invalid("ContactId", "contact %s has ended", c.ID)
	case in.QueueId != "" && in.UserId != "":
		return nil, wire.Invalid("QueueId", "not together with UserId")
	}
	move := contact.QueueMoved{Outcome: contact.Handed}
	err = s.Store.View(ctx, func(t *store.Tx) error {
		move.Flow, move.Queue, move.To, err = transferTo(t, at, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	next, err := s.Engine.Act(ctx, c.ID, move)
	if fault.Is(err, fault.Conflict) {
		err = wire.Errorf("ServiceQuotaExceeded", "contact %s cannot be transferred: it was transferred as often as may be, or its flow is not there", c.ID)
	}
	if err != nil {
		return nil, err
	}
	if in.ClientToken != "" {
		if err := s.mark(ctx, key, string(next)); err != nil {
			return nil, err
		}
	}
	return tell(next), nil
}

// transferTo finds the flow, and the queue or the agent, of a transfer.
func transferTo(t *store.Tx, at place, in *transferContactInput) (flow, queue, user string, err error) {
	f, err := find[resource.Flow](t, at, "ContactFlowId", in.ContactFlowId, resource.KindFlow)
	if err != nil {
		return "", "", "", err
	}
	// API_TransferContact
	if !slices.Contains([]string{"CONTACT_FLOW", "AGENT_TRANSFER", "QUEUE_TRANSFER"}, f.Type) || f.Hash == "" {
		return "", "", "", wire.Invalid("ContactFlowId", "the flow %s must be published, and of type CONTACT_FLOW, AGENT_TRANSFER or QUEUE_TRANSFER", quote(f.Name))
	}
	if in.QueueId != "" {
		q, err := find[resource.Queue](t, at, "QueueId", in.QueueId, resource.KindQueue)
		if err != nil {
			return "", "", "", err
		}
		queue = q.ID
	}
	if in.UserId != "" {
		u, err := find[resource.User](t, at, "UserId", in.UserId, resource.KindUser)
		if err != nil {
			return "", "", "", err
		}
		user = u.ID
	}
	return f.ID, queue, user, nil
}

// marked gives what a token of an operation stands for; "" is nothing.
func (s *Server) marked(ctx context.Context, key string) (v string, err error) {
	err = s.Store.View(ctx, func(t *store.Tx) error {
		doc, there, err := t.Mark(key, s.Engine.Now())
		if err != nil || !there {
			return err
		}
		return json.Unmarshal(doc, &v)
	})
	return v, err
}

// mark keeps what a token stands for.
func (s *Server) mark(ctx context.Context, key, v string) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.update(ctx, func(t *store.Tx) error { return t.PutMark(key, doc, s.Engine.Now().Add(claimed)) })
}
