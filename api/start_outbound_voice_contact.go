package api

import (
	"context"
	"maps"
	"slices"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/resource"
	"outdial/wire"
)

type startOutboundVoiceContactInput struct {
	Name                         string               `wire:"len=0..1024,sensitive"`
	Description                  string               `wire:"len=0..4096,sensitive"`
	References                   map[string]reference `wire:"key.len=1..4096"`
	RelatedContactId             string               `wire:"len=1..256"`
	DestinationPhoneNumber       string               `wire:"required"`
	ContactFlowId                string               `wire:"required,len=..500"`
	InstanceId                   string               `wire:"required,len=1..100"`
	ClientToken                  string               `wire:"len=..500"`
	SourcePhoneNumber            string
	QueueId                      string
	Attributes                   map[string]string `wire:"key.len=1..32767,value.len=0..32767"`
	AnswerMachineDetectionConfig *machineDetection
	CampaignId                   string            `wire:"len=1..100"`
	TrafficType                  string            `wire:"enum=GENERAL|CAMPAIGN"`
	OutboundStrategy             *outboundStrategy `wire:"refused"`
	RingTimeoutInSeconds         *int              `wire:"range=15..60"`
}

type machineDetection struct {
	EnableAnswerMachineDetection *bool
	AwaitAnswerMachinePrompt     *bool
}

type outboundStrategy struct {
	Type   string `wire:"required,enum=AGENT_FIRST"`
	Config *struct {
		AgentFirst *struct {
			Preview *struct {
				PostAcceptTimeoutConfig *struct {
					DurationInSeconds *int `wire:"required,range=0.."`
				} `wire:"required"`
				AllowedUserActions []string `wire:"required,item.enum=CALL|DISCARD"`
			}
		}
	}
}

// ringTimeout is how long a phone rings, in seconds, where the caller does not say.
const ringTimeout = 60

// startOutboundVoiceContact places a call.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_StartOutboundVoiceContact.html
func (s *Server) startOutboundVoiceContact(ctx context.Context, in *startOutboundVoiceContactInput) (*startOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	r := engine.StartRequest{Restart: true}
	if r.Refuse = s.call(ctx, at, in, &r); r.Refuse == nil {
		r.Refuse = permitted(at.in, in)
	}
	if in.ClientToken != "" {
		r.Token = "voice/" + at.Instance + "/" + in.ClientToken
		r.Hashes = in.hashes(at)
	}
	if at.in.Quotas == "aws" {
		r.Max = maxCalls
	}
	id, err := s.Start(ctx, r)
	if err != nil {
		return nil, refusedCall(err)
	}
	return &startOutput{ContactId: string(id)}, nil
}

// permitted refuses what the instance may not do.
func permitted(in *resource.Instance, r *startOutboundVoiceContactInput) error {
	if !in.Outbound {
		return wire.Errorf("OutboundContactNotPermitted", "outbound calls are switched off in the instance %s", in.ID)
	}
	if in.Quotas == "aws" && r.TrafficType == "CAMPAIGN" {
		return fault.New(fault.Exceeded, "TrafficType: concurrent campaign calls are limited to 0 until that quota is raised")
	}
	return checkDestination(in, r.DestinationPhoneNumber)
}

// call fills in r, or says why the request cannot be honoured.
func (s *Server) call(ctx context.Context, at place, in *startOutboundVoiceContactInput, r *engine.StartRequest) error {
	if err := s.phones.check("DestinationPhoneNumber", in.DestinationPhoneNumber); err != nil {
		return err
	}
	if in.OutboundStrategy != nil {
		return wire.Invalid("OutboundStrategy", "AGENT_FIRST is for the outbound campaigns service alone")
	}
	if err := checkAttributes("Attributes", in.Attributes); err != nil {
		return err
	}
	references, err := readReferences("References", in.References)
	if err != nil {
		return err
	}
	amd, err := in.detection()
	if err != nil {
		return err
	}
	number, queue, err := s.caller(ctx, at, in)
	if err != nil {
		return err
	}
	f, err := s.startFlow(ctx, at, in.ContactFlowId)
	if err != nil {
		return err
	}
	c := &contact.Contact{
		Instance:    at.Instance,
		Channel:     contact.Voice,
		Subtype:     contact.Telephony,
		Method:      contact.MethodAPI,
		Name:        in.Name,
		Description: in.Description,
		References:  references,
		Customer:    contact.Endpoint{Type: contact.TelephoneNumber, Address: in.DestinationPhoneNumber},
		System:      contact.Endpoint{Type: contact.TelephoneNumber, Address: number.Number},
		Account:     s.carrier(number, voice),
		Attributes:  in.Attributes,
		Segment:     map[string]contact.SegmentValue{subtypeKey: text(contact.Telephony), directionKey: text("OUTBOUND")},
		RelatedID:   contact.ID(in.RelatedContactId),
		Campaign:    in.CampaignId,
		TrafficType: "GENERAL",
		AMD:         amd,
		RingTimeout: ringTimeout,
		Position:    contact.Position{Flow: f.ID},
	}
	if queue != nil {
		c.Target, c.System.DisplayName = queue.ID, queue.CallerName
	}
	if in.TrafficType != "" {
		c.TrafficType = in.TrafficType
	}
	if in.RingTimeoutInSeconds != nil {
		c.RingTimeout = *in.RingTimeoutInSeconds
	}
	r.Contact = c
	r.OptOutList = engine.OptOutList(number)
	return nil
}

// detection reads what is asked of answering machine detection.
func (in *startOutboundVoiceContactInput) detection() (contact.AMDConfig, error) {
	var c contact.AMDConfig
	if d := in.AnswerMachineDetectionConfig; d != nil {
		c.Enable = d.EnableAnswerMachineDetection != nil && *d.EnableAnswerMachineDetection
		c.AwaitPrompt = d.AwaitAnswerMachinePrompt != nil && *d.AwaitAnswerMachinePrompt
	}
	if c.Enable && in.TrafficType != "CAMPAIGN" {
		return c, wire.Invalid("AnswerMachineDetectionConfig.EnableAnswerMachineDetection", "needs TrafficType CAMPAIGN")
	}
	return c, nil
}

// caller finds the number that the customer sees: the source number, else that
// of the queue; and the queue, if any.
func (s *Server) caller(ctx context.Context, at place, in *startOutboundVoiceContactInput) (*resource.Number, *resource.Queue, error) {
	if in.QueueId == "" && in.SourcePhoneNumber == "" {
		return nil, nil, wire.Invalid("QueueId", "needed where there is no SourcePhoneNumber")
	}
	var queue *resource.Queue
	if in.QueueId != "" {
		id, err := at.ID("QueueId", in.QueueId, string(resource.KindQueue))
		if err != nil {
			return nil, nil, err
		}
		if queue, err = known[resource.Queue](ctx, s, at.Instance, "QueueId", resource.KindQueue, id); err != nil {
			return nil, nil, err
		}
	}
	if in.SourcePhoneNumber != "" {
		n, err := s.numbered(ctx, at, in.SourcePhoneNumber)
		if err != nil {
			return nil, nil, err
		}
		return n, queue, carries(n, "SourcePhoneNumber", voice)
	}
	if queue.CallerNumber == "" {
		return nil, nil, wire.Invalid("QueueId", "the queue %s has no outbound caller id number; give a SourcePhoneNumber", quote(queue.Name))
	}
	n, err := known[resource.Number](ctx, s, at.Instance, "QueueId", resource.KindNumber, queue.CallerNumber)
	if err != nil {
		return nil, nil, err
	}
	return n, queue, carries(n, "QueueId", voice)
}

// numbered finds the number of the instance that is written so.
func (s *Server) numbered(ctx context.Context, at place, number string) (*resource.Number, error) {
	if !contact.E164(number) {
		return nil, wire.OutOfBounds("SourcePhoneNumber", "must be a number in E.164, such as +12065550100, not %s", quote(number))
	}
	n, err := knownByName[resource.Number](ctx, s, at.Instance, resource.KindNumber, number)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "SourcePhoneNumber: %s is no number of this instance", number)
	}
	return n, err
}

// hashes are those of the members, by which a repeated token is compared.
func (in *startOutboundVoiceContactInput) hashes(at place) hashes {
	h := make(hashes, 8)
	h.text("Name", in.Name)
	h.text("Description", in.Description)
	if len(in.References) > 0 {
		w := begin()
		for _, k := range slices.Sorted(maps.Keys(in.References)) {
			w.texts([]string{k, in.References[k].Type, in.References[k].Value})
		}
		h["References"] = w.end()
	}
	h.text("RelatedContactId", in.RelatedContactId)
	h.text("DestinationPhoneNumber", in.DestinationPhoneNumber)
	h.text("ContactFlowId", equal(at, in.ContactFlowId, resource.KindFlow))
	h.text("SourcePhoneNumber", in.SourcePhoneNumber)
	h.text("QueueId", equal(at, in.QueueId, resource.KindQueue))
	h.pairs("Attributes", in.Attributes)
	if d := in.AnswerMachineDetectionConfig; d != nil {
		h.parts("AnswerMachineDetectionConfig", setting(d.EnableAnswerMachineDetection), setting(d.AwaitAnswerMachinePrompt))
	}
	h.text("CampaignId", in.CampaignId)
	h.text("TrafficType", in.TrafficType)
	if in.OutboundStrategy != nil {
		h.text("OutboundStrategy", in.OutboundStrategy.Type)
	}
	h.number("RingTimeoutInSeconds", in.RingTimeoutInSeconds)
	return h
}
