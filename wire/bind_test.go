package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// everything has a member of each type.
type everything struct {
	S        string            `wire:"len=2..4"`
	Optional *string           `wire:"len=1.."`
	Phone    string            `wire:"pattern=\\+[1-9]\\d{1,14}"`
	Tag      string            `wire:"pattern=^(?!aws:|connect:)[a-z:]+$"`
	Kind     kind              `wire:"enum=A|B"`
	B        bool              //
	Flag     *bool             //
	I        int32             `wire:"range=..10"`
	Big      *int64            //
	Plain    int               //
	F        *float64          `wire:"range=0.5..1.5"`
	At       Time              //
	ISO      Time              `wire:"iso"`
	List     []kind            `wire:"items=1..2,item.enum=A|B"`
	Nested   [][]int           `wire:"items=..3,item.items=1..2,item.item.range=..9"`
	Map      map[string]string `wire:"items=..2,key.len=1..3,value.len=..3"`
	Kinds    map[kind]int32    `wire:"key.enum=A|B,value.range=1.."`
	Either   *union            //
	Self     *everything       //
	Secret   string            `wire:"len=..3,pattern=[a-z]*"`
	Hidden   string            `wire:"sensitive,len=..3"`
	Lower    string            `wire:"name=lower"`
	Not      string            `wire:"-"`
}

type kind string

type union struct {
	_    struct{} `wire:"union"`
	Text *string
	Num  *int64
}

// rules that hold for what is good; each body is written again and must mean the same.
func TestBindAndWrite(t *testing.T) {
	for _, c := range []struct{ body, again string }{
		{`{}`, `{}`},
		{` { } `, `{}`},
		{``, `{}`},
		{`{"S":"äöüß"}`, `{"S":"äöüß"}`},
		{`{"S":"\u00e4\uD83D\uDE00\n\/"}`, `{"S":"ä😀\n/"}`},
		{`{"S":null,"B":null,"List":null,"Self":null,"Map":null,"At":null}`, `{}`},
		{`{"Unknown":{"a":[1,-0.5e+3,true,false,null,{}]},"s":"lower case is another name"}`, `{}`},
		{`{"Optional":"x","Flag":false}`, `{"Optional":"x","Flag":false}`},
		{`{"Phone":"+12065550100","Tag":"a:b"}`, `{"Phone":"+12065550100","Tag":"a:b"}`},
		{`{"I":-7,"Big":9223372036854775807,"Plain":1e+05,"F":1}`, `{"I":-7,"Big":9223372036854775807,"Plain":100000,"F":1}`},
		{`{"Plain":60.0}`, `{"Plain":60}`},
		{`{"At":1697041922}`, `{"At":1697041922}`},
		{`{"At":1697041922.25}`, `{"At":1697041922.25}`},
		{`{"At":1.697041922237E9}`, `{"At":1697041922.237}`},
		{`{"At":"2023-10-11T16:32:02Z"}`, `{"At":1697041922}`},
		{`{"At":"2023-10-11T18:32:02.5+02:00"}`, `{"At":1697041922.5}`},
		{`{"At":"1697041922"}`, `{"At":1697041922}`},
		{`{"At":-1.5}`, `{"At":-1.5}`},
		{`{"ISO":1697041922.237}`, `{"ISO":"2023-10-11T16:32:02.237Z"}`},
		{`{"List":["A","B"],"Nested":[[1],[2,3]]}`, `{"List":["A","B"],"Nested":[[1],[2,3]]}`},
		{`{"Nested":[]}`, `{"Nested":[]}`},
		{`{"Map":{"a":"1","gone":null,"b":""}}`, `{"Map":{"a":"1","b":""}}`},
		{`{"Kinds":{"B":2,"A":1}}`, `{"Kinds":{"A":1,"B":2}}`},
		{`{"Either":{"Num":1,"Text":null}}`, `{"Either":{"Num":1}}`},
		{`{"Self":{"Self":{"S":"ab"}}}`, `{"Self":{"I":0,"Self":{"S":"ab"}}}`},
		{`{"lower":"x","Hidden":"abc"}`, `{"Hidden":"abc","lower":"x"}`},
		{`{"Not":"set"}`, `{}`},
	} {
		var v everything
		if err := Bind([]byte(c.body), &v); err != nil {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		if v.Not != "" {
			t.Errorf("%s: set what is not on the wire", c.body)
		}
		s, err := ShapeOf(reflect.TypeFor[everything]())
		if err != nil {
			t.Fatal(err)
		}
		e := encoder{}
		e.value(s, reflect.ValueOf(v))
		if !sameJSON(t, string(e.b), c.again) {
			t.Errorf("%s became %s, not %s", c.body, e.b, c.again)
		}
	}
}

// sameJSON compares two texts, but for the zero numbers and booleans that are always written.
func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	strip := func(text string) any {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return without(v)
	}
	return reflect.DeepEqual(strip(a), strip(b))
}

func without(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	maps.DeleteFunc(m, func(k string, v any) bool {
		return slices.Contains([]string{"B", "I", "Plain"}, k) && (v == false || v == 0.0)
	})
	for k := range m {
		m[k] = without(m[k])
	}
	return m
}

func TestViolations(t *testing.T) {
	for _, c := range []struct {
		body string
		kind Kind
		says string
	}{
		{`{"S":"a"}`, Parameter, `S: at least 2 characters, not 1`},
		{`{"S":"ä"}`, Parameter, `S: at least 2 characters, not 1`},
		{`{"S":"äöüßé"}`, Parameter, `S: at most 4 characters, not 5`},
		{`{"S":""}`, Parameter, `S: at least 2 characters, not 0`},
		{`{"S":7}`, Request, `S: must be a string, not a number`},
		{`{"S":{"deep":[1]}}`, Request, `S: must be a string, not an object`},
		{`{"Optional":""}`, Parameter, `Optional: at least 1 character, not 0`},
		{`{"Phone":"x+12065550100"}`, Parameter, `Phone: "x+12065550100" does not match the pattern \+[1-9]\d{1,14}`},
		{`{"Tag":"aws:x"}`, Parameter, `Tag: "aws:x" does not match the pattern ^(?!aws:|connect:)[a-z:]+$`},
		{`{"Kind":"C"}`, Parameter, `Kind: one of A | B, not "C"`},
		{`{"B":"true"}`, Request, `B: must be a boolean, not a string`},
		{`{"I":11}`, Parameter, `I: at most 10, not 11`},
		{`{"I":"7"}`, Request, `I: must be a whole number, not a string`},
		{`{"I":1.5}`, Request, `I: must be a whole number that fits 64 bits, not "1.5"`},
		{`{"I":-3000000000}`, Request, `I: must be a whole number that fits 32 bits, not "-3000000000"`},
		{`{"Big":9223372036854775808}`, Request, `Big: must be a whole number that fits 64 bits, not "9223372036854775808"`},
		{`{"F":1e999}`, Request, `F: must be a number that fits 64 bits, not "1e999"`},
		{`{"F":0.25}`, Parameter, `F: at least 0.5, not 0.25`},
		{`{"At":"yesterday"}`, Request, `At: must be a timestamp (seconds since 1970), not "yesterday"`},
		{`{"At":1697041922237}`, Request, `At: must be seconds since 1970, not "1697041922237"`},
		{`{"At":true}`, Request, `At: must be a timestamp (seconds since 1970), not a boolean`},
		{`{"List":[]}`, Parameter, `List: at least 1 entry, not 0`},
		{`{"List":["A","B","A","B"]}`, Parameter, `List: at most 2 entries, not 4`},
		{`{"List":["A","C"]}`, Parameter, `List[1]: one of A | B, not "C"`},
		{`{"List":[null]}`, Request, `List[0]: must be a string, not null`},
		{`{"List":"A"}`, Request, `List: must be a list, not a string`},
		{`{"Nested":[[1],[1,2,3]]}`, Parameter, `Nested[1]: at most 2 entries, not 3`},
		{`{"Nested":[[1],[1,20]]}`, Parameter, `Nested[1][1]: at most 9, not 20`},
		{`{"Map":{"a":1}}`, Request, `Map.a: must be a string, not a number`},
		{`{"Map":{"abcd":"1"}}`, Parameter, `Map.abcd: the key: at most 3 characters, not 4`},
		{`{"Map":{"a":"1234"}}`, Parameter, `Map.a: at most 3 characters, not 4`},
		{`{"Map":{"a":"1","b":"2","c":"3"}}`, Parameter, `Map: at most 2 entries, not 3`},
		{`{"Kinds":{"C":0}}`, Parameter, `Kinds.C: the key: one of A | B, not "C"; Kinds.C: at least 1, not 0`},
		{`{"Either":{}}`, Request, `Either: exactly one member must be set, not 0`},
		{`{"Either":{"Text":"a","Num":1}}`, Request, `Either: exactly one member must be set, not 2`},
		{`{"Self":{"Self":{"S":1}}}`, Request, `Self.Self.S: must be a string, not a number`},
		{`{"Hidden":"secret"}`, Parameter, `Hidden: must keep to ..3 characters`},
		{`[]`, Request, `the body must be a JSON object, not a list`},
		{`null`, Request, `the body must be a JSON object, not null`},
		{`{"S":1,"I":11,"B":1}`, Request, `S: must be a string, not a number; I: at most 10, not 11; B: must be a boolean, not a number`},
	} {
		var v everything
		err := Bind([]byte(c.body), &v)
		var list Violations
		if !errors.As(err, &list) || list.kind() != c.kind || err.Error() != c.says {
			t.Errorf("%s:\n got %v\nwant %s: %s", c.body, err, c.kind, c.says)
		}
	}
}

func TestMissing(t *testing.T) {
	err := Bind([]byte(`{"SourceEndpoint":{},"DestinationEndpoint":null,"InstanceId":"i","ContactFlowId":"f","SegmentAttributes":{},"InitialSystemMessage":{"Content":"hi"}}`), new(startInput))
	if want := `InitialSystemMessage.ContentType: required, and missing; DestinationEndpoint: required, and missing`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	err = Bind(nil, new(startInput))
	if want := 5; err == nil || strings.Count(err.Error(), "required") != want {
		t.Errorf("got %v", err)
	}
}

// What is no JSON is told so, and where.
func TestMalformed(t *testing.T) {
	for _, c := range []struct{ body, says string }{
		{`{`, `it ends where '}' should follow, at byte 1`},
		{`{"S"`, `it ends where ':' should follow`},
		{`{"S":`, `S: the body is not well-formed JSON: it ends where a value should follow`},
		{`{"S":"a`, `a string that does not end`},
		{`{"S":"a\`, `a string that does not end`},
		{`{"S":"a\x"}`, `an unknown escape \x`},
		{`{"S":"\u12g4"}`, `\u without four hexadecimal digits`},
		{`{"S":"\u12`, `\u without four hexadecimal digits`},
		{`{"S":"a\u0000"}`, `S: the body is not well-formed JSON: a zero character in a string`},
		{`{"S":"\ud800"}`, `half a surrogate pair`},
		{`{"S":"\ud800\u0041"}`, `half a surrogate pair`},
		{`{"S":"\udc00\ud800"}`, `half a surrogate pair`},
		{"{\"S\":\"a\nb\"}", `a control character (0x0a)`},
		{"{\"S\":\"\xff\"}", `not UTF-8`},
		{"{\"S\":\"\\n\xc3\"}", `not UTF-8`},
		{"{\"Unknown\":\"\xff\"}", `not UTF-8`},
		{"{\"\xff\":1}", `not UTF-8`},
		{"\x00{}", `a zero byte`},
		{`{"S":"ab",}`, `'}' where another entry should follow`},
		{`{"List":["A",]}`, `']' where another entry should follow`},
		{`{,}`, `',' where a name in double quotes should follow`},
		{`{"S":"ab" "I":1}`, `'"' where ',' or '}' should follow`},
		{`{"S":"ab"}x`, `'x' where the end should follow`},
		{`{"S":"ab"}{}`, `'{' where the end should follow`},
		{`{S:"ab"}`, `'S' where a name in double quotes should follow`},
		{`{'S':"ab"}`, `'\'' where a name in double quotes should follow`},
		{`{"S":nul}`, `neither a value nor null`},
		{`{"B":tru}`, `neither a value nor true`},
		{`{"I":01}`, `a number that is not well formed`},
		{`{"I":-}`, `a number that is not well formed`},
		{`{"I":1.}`, `a number that is not well formed`},
		{`{"I":1e}`, `a number that is not well formed`},
		{`{"I":.5}`, `'.' where a value should follow`},
		{`{"I":NaN}`, `'N' where a value should follow`},
		{`{"I":1}//`, `'/' where the end should follow`},
		{`{"S":"ab","S":"cd"}`, `the name "S" twice in one object`},
		{`{"S":null,"S":"cd"}`, `the name "S" twice in one object`},
		{`{"\u0053":"ab","S":"cd"}`, `the name "S" twice in one object`},
		{`{"x":1,"x":1}`, `the name "x" twice in one object`},
		{`{"x":{"y":1,"y":1}}`, `the name "y" twice in one object`},
		{`{"Map":{"a":"1","a":"2"}}`, `Map: the body is not well-formed JSON: the name "a" twice`},
		{`{"Map":{"a":null,"a":"2"}}`, `the name "a" twice`},
		{`{"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`, `nested deeper than 64 levels`},
		{strings.Repeat(`{"Self":`, 65) + strings.Repeat(`}`, 65), `nested deeper than 64 levels`},
		{`{"` + strings.Repeat("x", 100) + `":1,"` + strings.Repeat("x", 100) + `":1}`, `x"… twice`},
		{"\ufeff{}", `where`},
	} {
		var v everything
		err := Bind([]byte(c.body), &v)
		var list Violations
		if !errors.As(err, &list) || list.kind() != Syntax || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s:\n got %v\nwant %s", c.body, err, c.says)
		}
	}
	deep := `{"x":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`
	if err := Bind([]byte(deep), new(everything)); err != nil {
		t.Errorf("64 levels: %v", err)
	}
}

// Many unknown names must not take time in their square, and a duplicate among them shows.
func TestManyUnknownNames(t *testing.T) {
	var b strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&b, `"n%d":0,`, i)
	}
	if err := Bind([]byte("{"+b.String()+`"z":0}`), new(everything)); err != nil {
		t.Error(err)
	}
	if err := Bind([]byte("{"+b.String()+`"n40000":0}`), new(everything)); err == nil || !strings.Contains(err.Error(), `"n40000" twice`) {
		t.Errorf("got %v", err)
	}
}

// At most ten violations are listed: an answer does not grow with the mistakes.
func TestViolationsAreBounded(t *testing.T) {
	err := Bind([]byte(`{"Nested":[`+strings.Repeat(`["x"],`, 1000)+`[1]]}`), new(struct{ Nested [][]int }))
	if err == nil || strings.Count(err.Error(), ";") != maxViolations-1 {
		t.Errorf("got %v", err)
	}
}

func TestRedacted(t *testing.T) {
	s, err := ShapeOf(reflect.TypeFor[startInput]())
	if err != nil {
		t.Fatal(err)
	}
	in := startInput{InstanceId: "i", ParticipantDetails: &participant{"Ann"}, InitialSystemMessage: &message{"text/plain", "secret"}}
	if got, want := s.Redacted(&in), `{"InstanceId":"i","ParticipantDetails":{"DisplayName":"***"},"InitialSystemMessage":{"ContentType":"text/plain","Content":"***"}}`; got != want {
		t.Errorf("got %s", got)
	}
}

// wrongShapes are structs whose tags make no sense, by what is said of them.
var wrongShapes = map[string]any{
	`tag "size=1" is not known`: struct {
		A string `wire:"size=1"`
	}{},
	`tag "required=yes": takes no value`: struct {
		A string `wire:"required=yes"`
	}{},
	`tag "len": needs a value`: struct {
		A string `wire:"len"`
	}{},
	`bounds "1-2" are not of the form`: struct {
		A string `wire:"len=1-2"`
	}{},
	`the lower is above the upper`: struct {
		A string `wire:"len=2..1"`
	}{},
	`len on a integer`: struct {
		A int `wire:"len=1..2"`
	}{},
	`range on a string`: struct {
		A string `wire:"range=1..2"`
	}{},
	`tag "item.len=1..2" on a string`: struct {
		A string `wire:"item.len=1..2"`
	}{},
	`tag "key.len=1..2" on a list`: struct {
		A []string `wire:"key.len=1..2"`
	}{},
	`tag "item.len=1..2" on a map`: struct {
		A map[string]string `wire:"item.len=1..2"`
	}{},
	`tag "each.len=1": item, key or value, not eac`: struct {
		A []string `wire:"each.len=1"`
	}{},
	`bounds "x..": strconv`: struct {
		A []string `wire:"item.len=x.."`
	}{},
	`pattern "("`: struct {
		A string `wire:"pattern=("`
	}{},
	`only a plain list may be excluded`: struct {
		A string `wire:"pattern=^(?!a*)b"`
	}{},
	`has no form on the wire`:       struct{ A chan int }{},
	`keys of a map must be strings`: struct{ A map[int]string }{},
	`a map cannot travel in the querystring`: struct {
		A map[string]string `wire:"query=a"`
	}{},
	`this list cannot travel in the uri`: struct {
		A []string `wire:"uri"`
	}{},
	`a second member A`: struct {
		A, B string `wire:"name=A"`
	}{},
	`must be an exported, named field`: struct{ a string }{},
	`not a struct`:                     7,
}

func TestShapesThatAreWrong(t *testing.T) {
	for says, v := range wrongShapes {
		if _, err := ShapeOf(reflect.TypeOf(v)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%T:\n got %v\nwant %s", v, err, says)
		}
	}
}

func TestMembers(t *testing.T) {
	ops := sample(nil, nil)
	in, out := Members(ops[0])
	for _, want := range []Honoured{
		{"SegmentAttributes", Map, Body, true, "keys 1..128 characters"},
		{"SegmentAttributes{}.ValueList", List, Body, false, ""},
		{"SupportedMessagingContentTypes", List, Body, false, "each 1..100 characters"},
		{"ChatDurationInMinutes", Integer, Body, false, "60..10080"},
		{"SourceEndpoint.Type", String, Body, false, "TELEPHONE_NUMBER | VOIP | CONTACT_FLOW | CONNECT_PHONENUMBER_ARN | EMAIL_ADDRESS"},
	} {
		if !slices.Contains(in, want) {
			t.Errorf("%+v is not in %+v", want, in)
		}
	}
	if len(out) != 1 || out[0].Path != "ContactId" {
		t.Errorf("output %+v", out)
	}
	in, _ = Members(ops[1])
	if want := (Honoured{"ContactFlowTypes", List, QueryString, false, "..10 entries; each CONTACT_FLOW | CUSTOMER_QUEUE | AGENT_WHISPER"}); !slices.Contains(in, want) {
		t.Errorf("%+v is not in %+v", want, in)
	}
}

// A value is cut at a character, and what is no text at all does no harm.
func TestQuoted(t *testing.T) {
	for in, want := range map[string]string{
		"a\n\x00":                     `"a\n\x00"`,
		strings.Repeat("a", 81):       `"` + strings.Repeat("a", 80) + `"…`,
		strings.Repeat("ä", 41):       `"` + strings.Repeat("ä", 40) + `"…`,
		"a" + strings.Repeat("ä", 41): `"a` + strings.Repeat("ä", 39) + `"…`,
		strings.Repeat("\xbc", 81):    `"` + strings.Repeat(`\xbc`, 77) + `"…`,
	} {
		if got := quoted(in); got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
}

func TestTimeInJSON(t *testing.T) {
	var v struct{ At Time }
	if err := json.Unmarshal([]byte(`{"At":1697041922.237}`), &v); err != nil || !v.At.Equal(time.UnixMilli(1697041922237)) {
		t.Errorf("read %v, %v", v.At, err)
	}
	if b, err := json.Marshal(v); err != nil || string(b) != `{"At":1697041922.237}` {
		t.Errorf("wrote %s, %v", b, err)
	}
	if b, err := json.Marshal(Time{}); err != nil || string(b) != `null` {
		t.Errorf("wrote %s, %v", b, err)
	}
}

// FuzzBind holds our reader against encoding/json: it must refuse what that one
// refuses, and what both take must mean the same.
func FuzzBind(f *testing.F) {
	for _, s := range []string{sampleBody, `{}`, ``, `{"S":"\u00e4\ud83d\ude00"}`, `{"Map":{"a":"1"},"Nested":[[1]],"At":1.5}`,
		`{"Either":{"Num":1}}`, `{"Self":{"Self":{}}}`, `{"I":1e2}`, `{"x":[[[]]],"y":{"z":null}}`, "{\"S\":\"\xff\"}", `{"S":"ab"}}`} {
		f.Add([]byte(s))
	}
	shape, err := ShapeOf(reflect.TypeFor[everything]())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var v everything
		err := Bind(body, &v)
		var list Violations
		if err != nil && (!errors.As(err, &list) || list.kind() == Syntax) {
			return
		}
		blank := strings.Trim(string(body), " \t\r\n") == ""
		if !blank && !json.Valid(body) {
			t.Fatalf("took %q", body)
		}
		if err != nil || blank {
			return
		}
		e := encoder{}
		e.value(shape, reflect.ValueOf(v))
		var again everything
		if err := Bind(e.b, &again); err != nil {
			t.Fatalf("%q was written as %s: %v", body, e.b, err)
		}
		var other map[string]any
		if err := json.Unmarshal(body, &other); err != nil {
			t.Fatal(err)
		}
		if text, _ := other["S"].(string); text != v.S {
			t.Fatalf("%q: %q, not %q", body, v.S, text)
		}
	})
}

func TestWhatIsWritten(t *testing.T) {
	type out struct {
		F      []float64
		Text   string
		Empty  *string
		Nil    []*everything
		Absent map[string]int
		Two    []*int
	}
	empty, one := "", 1
	v := out{F: []float64{1e21, -0.5, math.NaN(), math.Inf(1), math.Inf(-1)}, Text: "\x01\t\"\\\xff<é\u2028", Empty: &empty, Two: []*int{&one, nil}}
	s, err := ShapeOf(reflect.TypeFor[out]())
	if err != nil {
		t.Fatal(err)
	}
	e := encoder{}
	e.value(s, reflect.ValueOf(&v))
	if want := `{"F":[1000000000000000000000,-0.5,"NaN","Infinity","-Infinity"],"Text":"\u0001\t\"\\` + "\ufffd<é\u2028" + `","Empty":"","Two":[1,null]}`; string(e.b) != want {
		t.Errorf("got  %s\nwant %s", e.b, want)
	}
}

func TestContext(t *testing.T) {
	if c := CallerFrom(t.Context()); c != (Caller{}) || RequestID(t.Context()) != "" {
		t.Errorf("somebody calls: %+v", c)
	}
	if c := CallerFrom(WithCaller(t.Context(), Caller{Account: "1"})); c.Account != "1" {
		t.Errorf("got %+v", c)
	}
}
