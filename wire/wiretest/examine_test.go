package wiretest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"outdial/wire"
)

func op[In, Out any](name, route, errors string) wire.Operation {
	return wire.Op(name, route, "", errors, func(context.Context, *In) (*Out, error) { return nil, nil })
}

// realModel is the path of AWS's own model of Connect.
func realModel(t *testing.T) string {
	t.Helper()
	path := os.Getenv("CONNECT_MODEL")
	if path == "" {
		t.Skip("CONNECT_MODEL is not set: AWS's model is not at hand, so our structs are not examined by it")
	}
	return path
}

type endpoint struct {
	Type    string `wire:"enum=TELEPHONE_NUMBER|VOIP|CONTACT_FLOW|CONNECT_PHONENUMBER_ARN|EMAIL_ADDRESS"`
	Address string `wire:"len=0..256"`
}

type segmentAttribute struct {
	ValueString  *string                     `wire:"len=0..1024"`
	ValueMap     map[string]segmentAttribute `wire:"key.len=1..128"`
	ValueInteger *int
	ValueList    []segmentAttribute
	ValueArn     *string `wire:"len=0..1024"`
}

type chatInput struct {
	SourceEndpoint                 *endpoint                   `wire:"required"`
	DestinationEndpoint            *endpoint                   `wire:"required"`
	InstanceId                     string                      `wire:"required,len=1..100"`
	SegmentAttributes              map[string]segmentAttribute `wire:"required,key.len=1..128"`
	Attributes                     map[string]string           `wire:"key.len=1..32767,value.len=0..32767"`
	ContactFlowId                  string                      `wire:"required,len=..500"`
	ChatDurationInMinutes          *int                        `wire:"range=60..10080"`
	SupportedMessagingContentTypes []string                    `wire:"item.len=1..100"`
	ClientToken                    string                      `wire:"len=..500"`
}

type voiceInput struct {
	Name                   string `wire:"len=0..1024,sensitive"`
	DestinationPhoneNumber string `wire:"required,pattern=\\+[1-9]\\d{1,14}$"`
	ContactFlowId          string `wire:"required,len=..500"`
	InstanceId             string `wire:"required,len=1..100"`
	RingTimeoutInSeconds   *int   `wire:"range=15..60"`
}

type startOutput struct{ ContactId string }

type flowsInput struct {
	InstanceId       string   `wire:"uri,required,len=1..100"`
	ContactFlowTypes []string `wire:"query=contactFlowTypes,items=..10,item.enum=CONTACT_FLOW|CUSTOMER_QUEUE|CUSTOMER_HOLD|CUSTOMER_WHISPER|AGENT_HOLD|AGENT_WHISPER|OUTBOUND_WHISPER|AGENT_TRANSFER|QUEUE_TRANSFER|CAMPAIGN"`
	NextToken        string   `wire:"query=nextToken"`
	MaxResults       *int     `wire:"query=maxResults,range=1..1000"`
}

type flowsOutput struct {
	ContactFlowSummaryList []struct{ Id, Arn, Name, ContactFlowType string }
	NextToken              string
}

const (
	chatErrors  = "InvalidRequest Conflict InternalService ResourceNotFound LimitExceeded Throttling AccessDenied"
	voiceErrors = "InvalidRequest InvalidParameter ResourceNotFound InternalService LimitExceeded DestinationNotAllowed OutboundContactNotPermitted"
	flowErrors  = "InvalidRequest InvalidParameter ResourceNotFound Throttling InternalService"
)

// Structs that are right have no difference, and what they leave out is listed.
func TestTheRealModelFindsNothing(t *testing.T) {
	r, err := Examine(realModel(t), []wire.Operation{
		op[chatInput, startOutput]("StartOutboundChatContact", "PUT /contact/outbound-chat", chatErrors),
		op[voiceInput, startOutput]("StartOutboundVoiceContact", "PUT /contact/outbound-voice", voiceErrors),
		op[flowsInput, flowsOutput]("ListContactFlows", "GET /contact-flows-summary/{InstanceId}", flowErrors),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Differences {
		t.Error(d)
	}
	for _, want := range []string{"StartOutboundChatContact: input InitialSystemMessage", "StartOutboundVoiceContact: input OutboundStrategy", "ListContactFlows: output ContactFlowSummaryList[].ContactFlowState"} {
		if !slices.Contains(r.NotHonoured, want) {
			t.Errorf("%q is not in %q", want, r.NotHonoured)
		}
	}
}

// Bounds typed from memory are found out.
func TestTheRealModelFindsMistakes(t *testing.T) {
	type wrong struct {
		InstanceId             string   `wire:"required,len=1..36"`
		DestinationPhoneNumber string   `wire:"pattern=\\+[0-9]+"`
		RingTimeoutInSeconds   *int     `wire:"range=10..60"`
		TrafficType            string   `wire:"enum=GENERAL"`
		ClientToken            *int64   `wire:"query=clientToken"`
		Attributes             []string //
		Nmae                   string   //
	}
	r, err := Examine(realModel(t), []wire.Operation{op[wrong, startOutput]("StartOutboundVoiceContact", "PUT /contact/outbound-voice", strings.TrimSuffix(voiceErrors, "OutboundContactNotPermitted")+"Conflict")})
	if err != nil {
		t.Fatal(err)
	}
	const at = "StartOutboundVoiceContact: "
	for _, want := range []string{
		at + "ConflictException is not one of its exceptions",
		at + "OutboundContactNotPermittedException is missing of its exceptions",
		at + "input InstanceId: len 1..36, the model says 1..100",
		at + "input DestinationPhoneNumber: required false, the model says true",
		at + "input RingTimeoutInSeconds: range 10..60, the model says 15..60",
		at + "input TrafficType: enum GENERAL, the model says CAMPAIGN|GENERAL",
		at + "input ClientToken: travels in the querystring, the model says body",
		at + "input ClientToken: a long, the model says string",
		at + "input Attributes: a list, the model says map",
		at + "input Nmae: the model has none",
		at + "input ContactFlowId: required by the model, and we have none",
	} {
		if !slices.Contains(r.Differences, want) {
			t.Errorf("%q is not in\n%s", want, strings.Join(r.Differences, "\n"))
		}
	}
}

// tiny is a model of our own, with a case for each thing that the examiner says.
const tiny = `{"operations":{
	"Put":{"http":{"method":"PUT","requestUri":"/a/{Id}"},"input":{"shape":"In"},"output":{"shape":"Out"},"errors":[{"shape":"ConflictException"}]},
	"Drop":{"http":{"method":"DELETE","requestUri":"/a/{Id}"},"input":{"shape":"In"}}},
"shapes":{
	"In":{"type":"structure","required":["Id","Need"],"members":{
		"Id":{"shape":"Id","location":"uri","locationName":"Id"},
		"Page":{"shape":"Count","location":"querystring","locationName":"page"},
		"Need":{"shape":"Text"},
		"Secrets":{"shape":"Secrets"},
		"Tree":{"shape":"Tree"},
		"Either":{"shape":"Either"},
		"When":{"shape":"When"},
		"Stamp":{"shape":"Stamp"},
		"Renamed":{"shape":"Text","locationName":"renamed"},
		"Share":{"shape":"Share"},
		"Numbers":{"shape":"Numbers"}}},
	"Out":{"type":"structure","members":{"Name":{"shape":"Text"},"At":{"shape":"When"}}},
	"Id":{"type":"string","min":1,"max":9},
	"Text":{"type":"string","min":0,"max":5},
	"Count":{"type":"integer","min":0,"max":7},
	"Secret":{"type":"string","sensitive":true},
	"Secrets":{"type":"list","member":{"shape":"Secret"},"min":0,"max":3},
	"Tree":{"type":"structure","members":{"Label":{"shape":"Text"},"Below":{"shape":"Trees"}}},
	"Trees":{"type":"map","key":{"shape":"Id"},"value":{"shape":"Tree"},"max":2},
	"Either":{"type":"structure","union":true,"members":{"A":{"shape":"Text"},"B":{"shape":"Flag"}}},
	"Flag":{"type":"boolean"},
	"Share":{"type":"float"},
	"Numbers":{"type":"list","member":{"shape":"Number"}},
	"Number":{"type":"string","pattern":"\\\\+\\\\d{1,3}"},
	"When":{"type":"timestamp"},
	"Stamp":{"type":"timestamp","timestampFormat":"iso8601"},
	"ConflictException":{"type":"structure","exception":true,"error":{"httpStatusCode":409},"members":{"Message":{"shape":"Text"}}},
	"ResourceInUseException":{"type":"structure","exception":true,"error":{"httpStatusCode":409},"members":{"message":{"shape":"Text"},"ResourceId":{"shape":"Text"},"ResourceType":{"shape":"Text"}}},
	"NEW"}}`

func tinyModel(t *testing.T, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.json")
	text := strings.Replace(tiny, `,
	"NEW"`, more, 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

type tree struct {
	Label string          `wire:"len=..5"`
	Below map[string]tree `wire:"items=..2,key.len=1..9"`
}

type either struct {
	_ struct{} `wire:"union"`
	A *string  `wire:"len=..5"`
	B *bool
}

type good struct {
	Id      string   `wire:"uri,required,len=1..9"`
	Page    *int     `wire:"query=page,range=0..7"`
	Need    string   `wire:"required,len=0..5"`
	Secrets []string `wire:"items=..3,sensitive"`
	Tree    *tree
	Either  *either
	When    wire.Time
	Stamp   wire.Time `wire:"iso"`
	Renamed string    `wire:"name=renamed,len=..5"`
	Share   *float64
	Numbers []string `wire:"item.pattern=\\+\\d{1,3}"`
}

func TestNothingToFind(t *testing.T) {
	type out struct {
		Name string
		At   wire.Time
	}
	r, err := Examine(tinyModel(t, ""), []wire.Operation{op[good, out]("Put", "PUT /a/{Id}", "Conflict"), op[good, struct{}]("Drop", "DELETE /a/{Id}", "")})
	if err != nil || len(r.Differences) != 0 || len(r.NotHonoured) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

type wrongTree struct {
	Label string               `wire:"len=..6"`
	Below map[string]wrongTree `wire:"items=..3,key.len=1..8"`
}
type wrong struct {
	Id      string `wire:"uri,len=1..9"`
	Page    *int   `wire:"query=Page,range=1..7"`
	Secrets []string
	Tree    *wrongTree
	Either  *struct {
		A *string `wire:"len=..5"`
		C string
	}
	When    wire.Time `wire:"iso"`
	Stamp   wire.Time
	Renamed string `wire:"len=..5"`
	Share   *int
	Numbers []string
	Extra   bool
}
type wrongOutput struct {
	Name int
	At   wire.Time `wire:"iso"`
	More string
}

func TestEveryDifferenceIsFound(t *testing.T) {
	path := tinyModel(t, `,"ConflictedException":{"type":"structure","exception":true,"error":{"httpStatusCode":409},"members":{}},
		"InvalidRequestException":{"type":"structure","exception":true,"error":{"httpStatusCode":400},"members":{"Cause":{"shape":"Text"}}}`)
	accepted := "Put: input Extra: the model has none"
	r, err := Examine(path, []wire.Operation{op[wrong, wrongOutput]("Put", "POST /a/{Id}", "InvalidRequest"), op[good, wrongOutput]("Drop", "DELETE /a/{Id}", ""), op[struct{}, struct{}]("Get", "GET /", "")}, accepted, "gone")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Put: POST /a/{Id}, the model says PUT /a/{Id}",
		"Put: InvalidRequestException is not one of its exceptions",
		"Put: ConflictException is missing of its exceptions",
		"Put: input Id: required false, the model says true",
		"Put: input Page: is called Page there, the model says page",
		"Put: input Page: range 1..7, the model says 0..7",
		"Put: input Secrets: sensitive false, the model says true",
		"Put: input Secrets: items none, the model says ..3",
		"Put: input Tree.Label: len ..6, the model says ..5",
		"Put: input Tree.Below: items ..3, the model says ..2",
		"Put: input Tree.Below{key}: len 1..8, the model says 1..9",
		"Put: input Either.C: the model has none",
		"Put: input Either: union false, the model says true",
		"Put: input When: iso true, the model says false",
		"Put: input Stamp: iso false, the model says true",
		"Put: input Renamed: the model calls it renamed on the wire",
		"Put: input Share: a integer, the model says float",
		`Put: input Numbers[]: pattern "", the model says "\\\\+\\\\d{1,3}"`,
		"Put: input Need: required by the model, and we have none",
		"Put: output Name: a integer, the model says string",
		"Put: output At: iso true, the model says false",
		"Put: output More: the model has none",
		"Drop: output Name: the model has none",
		"Drop: output At: the model has none",
		"Drop: output More: the model has none",
		"Get: the model has no such operation",
		"ConflictedException: status 0, the model says 409",
		`InvalidRequestException: members ["Reason"], the model says ["Cause"]`,
		"accepted, but not there: gone",
	}
	if !slices.Equal(r.Differences, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(r.Differences, "\n"), strings.Join(want, "\n"))
	}
	if want := []string{"Put: input Either.B", "Put: input Need"}; !slices.Equal(r.NotHonoured, want) {
		t.Errorf("not honoured %q", r.NotHonoured)
	}
}

func TestRoutes(t *testing.T) {
	ops := []wire.Operation{op[good, struct{}]("Put", "PUT /a/{Id}", "")}
	got, err := Routes(tinyModel(t, ""), ops, "DELETE /a/{Id} Drop\n")
	if err != nil || len(got) != 0 {
		t.Errorf("%q, %v", got, err)
	}
	got, err = Routes(tinyModel(t, ""), nil, "PUT /b Put\nGET /a\n\tGET /c More\n")
	want := []string{`not of the form "PUT /path Name": "GET /a"`, "Drop: neither served nor listed (DELETE /a/{Id})", "Put: PUT /b, the model says PUT /a/{Id}", "More: the model has no such operation"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestModelsThatAreNone(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(empty, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(t.TempDir(), "none"), empty} {
		if _, err := Examine(path, nil); err == nil {
			t.Errorf("%s was examined", path)
		}
		if _, err := Routes(path, nil, ""); err == nil {
			t.Errorf("%s was compared", path)
		}
	}
}
