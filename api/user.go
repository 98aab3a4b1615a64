package api

import (
	"outdial/contact"
	"outdial/resource"
	"outdial/wire"
)

// identityInfo is who an agent is.
type identityInfo struct {
	FirstName      string `wire:"len=0..255,sensitive"`
	LastName       string `wire:"len=0..300,sensitive"`
	Email          string `wire:"sensitive"`
	SecondaryEmail string `wire:"sensitive"`
	Mobile         string
}

// phoneConfig is how an agent takes calls.
type phoneConfig struct {
	PhoneType                 string `wire:"enum=SOFT_PHONE|DESK_PHONE"`
	AutoAccept                *bool
	AfterContactWorkTimeLimit *int   `wire:"range=0.."`
	DeskPhoneNumber           string `wire:"sensitive,pattern=\\+[1-9]\\d{1,14}$"`
	PersistentConnection      *bool
}

// setIdentity sets who an agent is.
func setIdentity(u *resource.User, i *identityInfo) error {
	if i == nil {
		return nil
	}
	if i.Mobile != "" && !contact.E164(i.Mobile) {
		return wire.OutOfBounds("IdentityInfo.Mobile", "must be a number in E.164, such as +12065550100, not %s", quote(i.Mobile))
	}
	u.FirstName, u.LastName, u.Email, u.SecondEmail, u.Mobile = i.FirstName, i.LastName, i.Email, i.SecondaryEmail, i.Mobile
	return nil
}

// setPhone sets how an agent takes calls.
func setPhone(u *resource.User, c *phoneConfig) error {
	if c == nil {
		return nil
	}
	if c.PhoneType == "DESK_PHONE" && c.DeskPhoneNumber == "" {
		return wire.Invalid("PhoneConfig.DeskPhoneNumber", "needed for a DESK_PHONE")
	}
	u.Phone, u.AutoAccept, u.AfterWork, u.Persistent = "", false, 0, false
	if c.PhoneType == "DESK_PHONE" {
		u.Phone = c.DeskPhoneNumber
	}
	if c.AutoAccept != nil {
		u.AutoAccept = *c.AutoAccept
	}
	if c.PersistentConnection != nil {
		u.Persistent = *c.PersistentConnection
	}
	if c.AfterContactWorkTimeLimit != nil {
		u.AfterWork = *c.AfterContactWorkTimeLimit
	}
	return nil
}

func tellPhone(u *resource.User) *phoneConfig {
	c := &phoneConfig{"SOFT_PHONE", &u.AutoAccept, &u.AfterWork, u.Phone, &u.Persistent}
	if u.Phone != "" {
		c.PhoneType = "DESK_PHONE"
	}
	return c
}
