package flow

import (
	"strings"

	"outdial/contact"
)

// getParticipantInput plays a prompt and takes what the caller presses: one key
// to branch on, or a string of digits to keep as $.StoredCustomerInput.
//
// LIVE: StoreInput is required; with it True neither conditions, NoMatchingCondition
// nor InputTimeLimitExceeded may be declared, and a time-out takes the success
// branch with the value "Timeout".
var getParticipantInput = Spec{
	Doc: docs + "participant-actions-getparticipantinput.html",
	Params: promptParams(
		Param{Name: "InputTimeLimitSeconds", Shape: Int, Use: S, Required: true, When: notBuffer, Min: 1},
		Param{Name: "StoreInput", Shape: Bool, Use: S, Required: true, When: notBuffer},
		Param{Name: "InputValidation", Shape: Object, Required: true, When: storing, Members: inputValidation},
		Param{Name: "InputEncryption", Shape: Object, When: When{Param: "InputValidation.CustomValidation"}, Members: []Param{
			{Name: "EncryptionKeyId", Required: true, Hidden: true},
			{Name: "Key", Required: true, Hidden: true},
		}},
		Param{Name: "DTMFConfiguration", Shape: Object, Members: []Param{
			{Name: "InputTerminationSequence", Use: S, Min: 1, Max: 5, Valid: isKeys, Want: "up to five of 0-9 * #"},
			{Name: "DisableCancelKey", Shape: Bool, Use: S},
			{Name: "InterdigitTimeLimitSeconds", Shape: Int, Use: S, Min: 1, Max: 20},
		}},
		// Of "Set touchtone buffer behaviour"; not documented.
		Param{Name: "EnableDTMFBuffer", Shape: Bool, Use: S},
		Param{Name: "SkipWhenDTMFBufferEnabled", Shape: Bool, Use: S},
	),
	Groups: []Group{
		{Names: promptNames, Rule: One, When: notBuffer},
		{At: []string{"InputValidation"}, Names: []string{"PhoneNumberValidation", "CustomValidation"}, Rule: One},
	},
	Errors: []ErrorRule{
		{Type: noMatch, Use: Required, When: When{Param: "StoreInput"}},
		{Type: noMatch},
		{Type: noCondition, Use: Required, When: branching},
		{Type: timeLimit, Use: Required, When: branching},
		{Type: "InvalidPhoneNumber", Use: Required, When: When{Param: "InputValidation.PhoneNumberValidation"}},
	},
	Results:  []ResultRule{{When: storing}, {Ops: equals, Valid: isKey}},
	Channels: V,
	Flows:    I | Q | TA | TQ | MOD,
	Speaks:   true,
	Waits:    true,
	Sets:     []string{"StoredCustomerInput"},
	Run:      runGetParticipantInput,
}

var (
	storing   = When{Param: "StoreInput", Is: "True"}
	branching = When{Param: "StoreInput", Is: "False"}
	notBuffer = When{Param: "EnableDTMFBuffer", Not: true}
)

var inputValidation = []Param{
	{Name: "PhoneNumberValidation", Shape: Object, Members: []Param{
		{Name: "NumberFormat", Use: S, Required: true, Enum: []string{"Local", "E164"}},
		{Name: "CountryCode", Use: S, Required: true,
			When:  When{Param: "InputValidation.PhoneNumberValidation.NumberFormat", Is: "Local"},
			Valid: func(s string) bool { return callingCode(s) != "" }, Want: "a country, US, or its calling code, +1"},
	}},
	{Name: "CustomValidation", Shape: Object, Members: []Param{
		{Name: "MaximumLength", Shape: Int, Use: S, Required: true, Min: 1},
	}},
}

const (
	defaultFirst      = 5 // seconds
	defaultTerminator = "#"
	maxPhoneDigits    = 15 // ITU-T E.164 §6.2.1
)

func isKeys(s string) bool { return s != "" && strings.Trim(s, "0123456789*#") == "" }

func isKey(s string) bool { return len(s) == 1 && isKeys(s) }

func runGetParticipantInput(t *Turn) Next {
	switch in := t.Input.(type) {
	case nil:
		return t.collect()
	case contact.DigitsReceived:
		if t.Bool("StoreInput") {
			return t.storeInput(in)
		}
		if in.Digits == "" {
			return t.Fail(timeLimit, "nothing was pressed")
		}
		return t.Match(in.Digits)
	}
	return Ignore
}

// collect asks for the digits.
func (t *Turn) collect() Next {
	if t.Has("EnableDTMFBuffer") && !t.Has("StoreInput") {
		t.SetMember("Media", "DTMFBuffer", t.Bool("EnableDTMFBuffer"))
		return t.Next()
	}
	p, why := t.prompt()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	e := contact.CollectDigits{Visit: t.Visit(), Prompt: p, Max: 1, Single: true, First: defaultFirst, Buffer: t.buffers()}
	if n, ok := t.Int("InputTimeLimitSeconds"); ok {
		e.First = n
	}
	if t.Bool("StoreInput") {
		e.Single = false
		e.Max = maxPhoneDigits
		if n, ok := t.Int("InputValidation", "CustomValidation", "MaximumLength"); ok {
			e.Max = n
		}
		e.Terminator = defaultTerminator
		if s := t.Text("DTMFConfiguration", "InputTerminationSequence"); s != "" {
			e.Terminator = s
		}
		e.NoCancelKey = t.Bool("DTMFConfiguration", "DisableCancelKey")
		e.InterDigit, _ = t.Int("DTMFConfiguration", "InterdigitTimeLimitSeconds")
		e.Key, e.KeyID = t.Text("InputEncryption", "Key"), t.Text("InputEncryption", "EncryptionKeyId")
	}
	t.Do(e)
	return Wait
}

// buffers tells whether keys that were pressed too early count.
func (t *Turn) buffers() bool {
	if t.Has("EnableDTMFBuffer") {
		return t.Bool("EnableDTMFBuffer")
	}
	media, _ := t.Contact.Vars["Media"].(map[string]any)
	on, _ := media["DTMFBuffer"].(bool)
	return on
}

// storeInput keeps what was pressed.
func (t *Turn) storeInput(in contact.DigitsReceived) Next {
	if in.Digits == "" && in.End == contact.TimedOut {
		t.Set("StoredCustomerInput", "Timeout")
		return t.NextSaying("nothing was pressed")
	}
	digits := in.Digits
	if t.Has("InputValidation", "PhoneNumberValidation") {
		code := ""
		if t.Text("InputValidation", "PhoneNumberValidation", "NumberFormat") == "Local" {
			code = callingCode(t.Text("InputValidation", "PhoneNumberValidation", "CountryCode"))
		}
		phone, why := phoneNumber(digits, code)
		if why != "" {
			return t.Fail("InvalidPhoneNumber", why)
		}
		digits = phone
	}
	t.Set("StoredCustomerInput", digits)
	return t.Next()
}
