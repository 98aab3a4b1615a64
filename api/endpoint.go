package api

import "outdial/contact"

// An endpoint is an address of one side, as requests give it.
type endpoint struct {
	Type    string `wire:"enum=TELEPHONE_NUMBER|VOIP|CONTACT_FLOW|CONNECT_PHONENUMBER_ARN|EMAIL_ADDRESS"`
	Address string `wire:"len=0..256"`
}

// An endpointInfo is an address as answers tell it.
type endpointInfo struct {
	Type        string `wire:"enum=TELEPHONE_NUMBER|VOIP|CONTACT_FLOW|CONNECT_PHONENUMBER_ARN|EMAIL_ADDRESS"`
	Address     string `wire:"len=0..256"`
	DisplayName string `wire:"len=0..256"`
}

// tellEndpoint gives an endpoint; nil where there is none.
func tellEndpoint(e contact.Endpoint) *endpointInfo {
	if e.Address == "" {
		return nil
	}
	return &endpointInfo{Type: e.Type, Address: e.Address, DisplayName: e.DisplayName}
}
