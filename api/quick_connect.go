package api

import (
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// quickConnectConfig says where a quick connect leads: one of the four, as its
// type says.
type quickConnectConfig struct {
	QuickConnectType string `wire:"required,enum=USER|QUEUE|PHONE_NUMBER|FLOW"`
	UserConfig       *userQuickConnect
	QueueConfig      *queueQuickConnect
	PhoneConfig      *phoneQuickConnect
	FlowConfig       *flowQuickConnect
}

type userQuickConnect struct {
	UserId        string `wire:"required"`
	ContactFlowId string `wire:"required,len=..500"`
}

type queueQuickConnect struct {
	QueueId       string `wire:"required"`
	ContactFlowId string `wire:"required,len=..500"`
}

type phoneQuickConnect struct {
	PhoneNumber string `wire:"required"`
}

type flowQuickConnect struct {
	ContactFlowId string `wire:"required,len=..500"`
}

type quickConnectDetail struct {
	QuickConnectARN    string
	QuickConnectId     string
	Name               string `wire:"len=1..127"`
	Description        string `wire:"len=1..250"`
	QuickConnectConfig *quickConnectConfig
	Tags               map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// connectTo reads where a quick connect leads. The flow of one to a user or to a
// queue is a transfer flow to it. API_QuickConnectConfig
func (s *Server) connectTo(t *store.Tx, at place, q *resource.QuickConnect, c *quickConnectConfig) (err error) {
	const field = "QuickConnectConfig."
	given := map[string]bool{"USER": c.UserConfig != nil, "QUEUE": c.QueueConfig != nil, "PHONE_NUMBER": c.PhoneConfig != nil, "FLOW": c.FlowConfig != nil}
	for kind, there := range given {
		if there != (kind == c.QuickConnectType) {
			return wire.Invalid("QuickConnectConfig", "a quick connect of type %s has the configuration of that type and no other", c.QuickConnectType)
		}
	}
	q.Type, q.Target, q.Flow = c.QuickConnectType, "", ""
	switch c.QuickConnectType {
	case "USER":
		u, err := find[resource.User](t, at, field+"UserConfig.UserId", c.UserConfig.UserId, resource.KindUser)
		if err != nil {
			return err
		}
		q.Target = u.ID
		q.Flow, err = transferFlow(t, at, field+"UserConfig.ContactFlowId", c.UserConfig.ContactFlowId, "AGENT_TRANSFER")
		return err
	case "QUEUE":
		v, err := find[resource.Queue](t, at, field+"QueueConfig.QueueId", c.QueueConfig.QueueId, resource.KindQueue)
		if err != nil {
			return err
		}
		q.Target = v.ID
		q.Flow, err = transferFlow(t, at, field+"QueueConfig.ContactFlowId", c.QueueConfig.ContactFlowId, "QUEUE_TRANSFER")
		return err
	case "PHONE_NUMBER":
		q.Target = c.PhoneConfig.PhoneNumber
		return s.phones.check(field+"PhoneConfig.PhoneNumber", q.Target)
	}
	q.Flow, err = transferFlow(t, at, field+"FlowConfig.ContactFlowId", c.FlowConfig.ContactFlowId, "")
	return err
}

// transferFlow finds a flow of a type; "" is any.
func transferFlow(t *store.Tx, at place, field, ref, kind string) (string, error) {
	f, err := find[resource.Flow](t, at, field, ref, resource.KindFlow)
	if err != nil {
		return "", err
	}
	if kind != "" && f.Type != kind {
		return "", wire.Invalid(field, "the flow %s is of type %s, not %s", quote(f.Name), f.Type, kind)
	}
	return f.ID, nil
}

func tellQuickConnect(at place, q *resource.QuickConnect) *quickConnectDetail {
	c := &quickConnectConfig{QuickConnectType: q.Type}
	switch q.Type {
	case "USER":
		c.UserConfig = &userQuickConnect{q.Target, q.Flow}
	case "QUEUE":
		c.QueueConfig = &queueQuickConnect{q.Target, q.Flow}
	case "PHONE_NUMBER":
		c.PhoneConfig = &phoneQuickConnect{q.Target}
	case "FLOW":
		c.FlowConfig = &flowQuickConnect{q.Flow}
	}
	return &quickConnectDetail{
		QuickConnectARN: q.ARN, QuickConnectId: q.ID, Name: q.Name, Description: q.Description, QuickConnectConfig: c,
		Tags: someTags(q.Tags), LastModifiedTime: wire.At(q.Modified), LastModifiedRegion: at.Region,
	}
}
