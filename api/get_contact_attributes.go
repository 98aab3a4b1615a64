package api

import "context"

type getContactAttributesInput struct {
	InstanceId       string `wire:"required,uri,len=1..100"`
	InitialContactId string `wire:"required,uri,len=1..256"`
}

type getContactAttributesOutput struct {
	Attributes map[string]string `wire:"key.len=1..32767,value.len=0..32767"`
}

// getContactAttributes tells the user-defined attributes of a contact.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_GetContactAttributes.html
func (s *Server) getContactAttributes(ctx context.Context, in *getContactAttributesInput) (*getContactAttributesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	c, err := s.viewContact(ctx, at, "InitialContactId", in.InitialContactId)
	if err != nil {
		return nil, err
	}
	out := &getContactAttributesOutput{c.Attributes}
	if out.Attributes == nil {
		out.Attributes = map[string]string{}
	}
	return out, nil
}
