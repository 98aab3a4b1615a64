package api

import (
	"context"

	"outdial/fault"
	"outdial/resource"
)

type describeInstanceAttributeInput struct {
	InstanceId    string `wire:"required,uri,len=1..100"`
	AttributeType string `wire:"required,uri,enum=INBOUND_CALLS|OUTBOUND_CALLS|CONTACTFLOW_LOGS|CONTACT_LENS|AUTO_RESOLVE_BEST_VOICES|USE_CUSTOM_TTS_VOICES|EARLY_MEDIA|MULTI_PARTY_CONFERENCE|HIGH_VOLUME_OUTBOUND|ENHANCED_CONTACT_MONITORING|ENHANCED_CHAT_MONITORING|MULTI_PARTY_CHAT_CONFERENCE|MESSAGE_STREAMING"`
}

type describeInstanceAttributeOutput struct{ Attribute *instanceAttribute }

type instanceAttribute struct {
	AttributeType string `wire:"enum=INBOUND_CALLS|OUTBOUND_CALLS|CONTACTFLOW_LOGS|CONTACT_LENS|AUTO_RESOLVE_BEST_VOICES|USE_CUSTOM_TTS_VOICES|EARLY_MEDIA|MULTI_PARTY_CONFERENCE|HIGH_VOLUME_OUTBOUND|ENHANCED_CONTACT_MONITORING|ENHANCED_CHAT_MONITORING|MULTI_PARTY_CHAT_CONFERENCE|MESSAGE_STREAMING"`
	Value         string `wire:"len=1..100"`
}

// describeInstanceAttribute tells a switch of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeInstanceAttribute.html
func (s *Server) describeInstanceAttribute(ctx context.Context, in *describeInstanceAttributeInput) (*describeInstanceAttributeOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	set, ok := switches(at.in)[in.AttributeType]
	if !ok {
		return nil, fault.New(fault.NotFound, "AttributeType: an instance has no attribute %s here", in.AttributeType)
	}
	return &describeInstanceAttributeOutput{&instanceAttribute{in.AttributeType, onOff(*set)}}, nil
}

// switches are the attributes of an instance that there are.
func switches(in *resource.Instance) map[string]*bool {
	return map[string]*bool{
		"INBOUND_CALLS":    &in.Inbound,
		"OUTBOUND_CALLS":   &in.Outbound,
		"CONTACTFLOW_LOGS": &in.FlowLogs,
	}
}

func onOff(set bool) string {
	if set {
		return "true"
	}
	return "false"
}
