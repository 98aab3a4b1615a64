package sms

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseReceipt(t *testing.T) {
	at := time.Date(2026, 3, 1, 15, 4, 0, 0, time.UTC)
	for _, c := range []struct {
		name, text string
		want       Receipt
	}{
		{"the standard's", "id:0123456789 sub:001 dlvrd:001 submit date:2603011504 done date:2603011505 stat:DELIVRD err:000 text:Hello there",
			Receipt{ID: "0123456789", State: Delivered, Stat: "DELIVRD", Err: "000", Text: "Hello there", Submitted: at, Done: at.Add(time.Minute), Parts: 1, Arrived: 1}},
		{"seconds, capital Text", "id:c449ab9744f47b6af1879e49e75e4f40 sub:001 dlvrd:0 submit date:260301150400 done date:260301150500 stat:UNDELIV err:1 Text:",
			Receipt{ID: "c449ab9744f47b6af1879e49e75e4f40", State: Undeliverable, Stat: "UNDELIV", Err: "1", Submitted: at, Done: at.Add(time.Minute), Parts: 1}},
		{"underscores, upper case", "ID:7 SUB:1 DLVRD:1 SUBMIT_DATE:20260301150400 DONE_DATE:20260301150500 STAT:delivered ERR:0 TEXT:x",
			Receipt{ID: "7", State: Delivered, Stat: "DELIVERED", Err: "0", Text: "x", Submitted: at, Done: at.Add(time.Minute), Parts: 1, Arrived: 1}},
		{"twelve digits with the century", "id:7 submit date:202603011504 done date:202603011505 stat:EXPIRED err:",
			Receipt{ID: "7", State: Expired, Stat: "EXPIRED", Submitted: at, Done: at.Add(time.Minute)}},
		{"another order, no text", "stat:REJECTD id:9-a err:0x0B", Receipt{ID: "9-a", State: Rejected, Stat: "REJECTD", Err: "0x0B"}},
		{"commas and lines", "id:9,\r\nsub:001,dlvrd:001,stat:ACCEPTD,err:000,text:stat:DELIVRD id:5",
			Receipt{ID: "9", State: Accepted, Stat: "ACCEPTD", Err: "000", Text: "stat:DELIVRD id:5", Parts: 1, Arrived: 1}},
		{"a number for the state", "id:9 stat:2", Receipt{ID: "9", State: Delivered, Stat: "2"}},
		{"a word that nobody knows", "id:9 stat:PERHAPS", Receipt{ID: "9", State: Unknown, Stat: "PERHAPS"}},
		{"error for err", "id:9 status:ENROUTE error:42", Receipt{ID: "9", State: Enroute, Stat: "ENROUTE", Err: "42"}},
		{"the first counts", "id:9 id:10 stat:DELIVRD", Receipt{ID: "9", State: Delivered, Stat: "DELIVRD"}},
		{"nonsense dates", "id:9 submit date:9999999999 done date:soon stat:DELIVRD", Receipt{ID: "9", State: Delivered, Stat: "DELIVRD"}},
		{"NUL at the end", "id:9 stat:DELIVRD\x00", Receipt{ID: "9", State: Delivered, Stat: "DELIVRD"}},
	} {
		got, ok := ParseReceipt(c.text, nil)
		if !ok || got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, got, c.want)
		}
	}
	for _, text := range []string{"", "hello", "id:", "id:5", "stat:DELIVRD", "paid:5 estat:DELIVRD", "text:id:5 stat:DELIVRD"} {
		if r, ok := ParseReceipt(text, nil); ok {
			t.Errorf("%q is no receipt: %+v", text, r)
		}
	}
	berlin := time.FixedZone("", 3600)
	if r, _ := ParseReceipt("id:1 stat:DELIVRD done date:2603011604", berlin); !r.Done.Equal(at) {
		t.Errorf("in its zone: %v", r.Done)
	}
}

func TestStates(t *testing.T) {
	for s := Scheduled; s <= Skipped; s++ {
		got, ok := StateNamed(s.String())
		if !ok || got != s {
			t.Errorf("%v reads as %v", s, got)
		}
		if s.Status() == "" {
			t.Errorf("%v has no status", s)
		}
	}
	if s := MessageState(77); s.Status() != "UNKNOWN" || s.String() != "STATE 77" {
		t.Errorf("%v %s", s, s.Status())
	}
}

func TestIDs(t *testing.T) {
	for _, c := range []struct {
		form            IDs
		answer, receipt string
	}{
		{IDsAlike, "abc-1", "abc-1"},
		{IDsAlike, "0012AB", "12ab"},
		{IDsAlike, "0000", "0"},
		{IDsAlike, " 77 ", "77\x00"},
		{IDsAlike, "Zx01", "Zx01"},
		{IDsHexDecimal, "1A2B3C", "1715004"},
		{IDsHexDecimal, "001a2b3c", "0001715004"},
		{IDsHexDecimal, "ffffffffffffffffffff", "1208925819614629174706175"},
		{IDsDecimalHex, "1715004", "1A2B3C"},
		{IDsHexDecimal, "not-a-number", "not-a-number"},
	} {
		if a, r := c.form.Answer(c.answer), c.form.Receipt(c.receipt); a != r || a == "" {
			t.Errorf("%q: %s gives %s, %s gives %s", c.form, c.answer, a, c.receipt, r)
		}
	}
	if IDsAlike.Answer("Zx01") == IDsAlike.Answer("zx01") {
		t.Error("ids that are not numbers keep their case")
	}
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.String().Draw(t, "id")
		for _, f := range []IDs{IDsAlike, IDsHexDecimal, IDsDecimalHex} {
			f.Answer(id)
			f.Receipt(id)
		}
	})
}

func FuzzParseReceipt(f *testing.F) {
	f.Add("id:0123456789 sub:001 dlvrd:001 submit date:2603011504 done date:2603011505 stat:DELIVRD err:000 text:Hello there")
	f.Add("id:id:id:stat:stat: text:")
	f.Add(",id:\xff,stat:İ")
	f.Fuzz(func(t *testing.T, text string) {
		r, ok := ParseReceipt(text, time.Local)
		if ok && (r.ID == "" || r.Stat == "") {
			t.Errorf("%q: %+v", text, r)
		}
		IDsHexDecimal.Receipt(r.ID)
	})
}
