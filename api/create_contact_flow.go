package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type createContactFlowInput struct {
	InstanceId  string `wire:"required,uri,len=1..100"`
	Name        string `wire:"required,len=1.."`
	Type        string `wire:"required,enum=CONTACT_FLOW|CUSTOMER_QUEUE|CUSTOMER_HOLD|CUSTOMER_WHISPER|AGENT_HOLD|AGENT_WHISPER|OUTBOUND_WHISPER|AGENT_TRANSFER|QUEUE_TRANSFER|CAMPAIGN"`
	Description string
	Content     string            `wire:"required"`
	Status      string            `wire:"enum=PUBLISHED|SAVED"`
	Tags        map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type createContactFlowOutput struct {
	ContactFlowId     string `wire:"len=..500"`
	ContactFlowArn    string
	FlowContentSha256 string `wire:"len=1..64,pattern=^[a-zA-Z0-9]{64}$"`
}

// createContactFlow makes a flow: published, and then checked, or saved as it is.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateContactFlow.html
func (s *Server) createContactFlow(ctx context.Context, in *createContactFlowInput) (*createContactFlowOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	if err := checkSize(in.Content); err != nil {
		return nil, err
	}
	f := &resource.Flow{
		Meta:  resource.Meta{Name: in.Name, Description: in.Description, Tags: in.Tags},
		Type:  in.Type,
		State: resource.Active,
	}
	if in.Status == resource.Saved {
		f.Draft = in.Content
	} else {
		f.Content, f.Hash = in.Content, contentHash(in.Content)
	}
	err = create(ctx, s, at, resource.KindFlow, f, func(t *store.Tx) error {
		if f.Hash == "" {
			return nil
		}
		return s.publish(t, at, f)
	})
	if err != nil {
		return nil, err
	}
	return &createContactFlowOutput{f.ID, f.ARN, contentHash(in.Content)}, nil
}
