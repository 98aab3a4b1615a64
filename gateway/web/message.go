package web

import (
	"net/http"
	"net/url"
	"time"

	"outdial/contact"
	"outdial/gateway"
	"outdial/gateway/sms"
)

// A Message is one that goes out.
type Message struct {
	contact.SendMessage
	Contact  *contact.Contact
	From, To string
	// HookURL is where the carrier reaches our web-hook; "" where it cannot.
	HookURL string
}

// A Request is an HTTP request to the carrier.
type Request struct {
	Method string // "" is POST
	URL    string
	Header http.Header
	Body   []byte
	// Sign, where set, signs the request just before it is sent.
	Sign func(r *http.Request, body []byte, now time.Time) `json:"-"`
	// Tag is the carrier's own: its answer comes with it.
	Tag string
}

// An Answer is what the carrier answered to a request.
type Answer struct {
	Message *Message
	Request *Request
	Status  int
	Header  http.Header
	Body    []byte
}

// A Taken says that the carrier took a message.
type Taken struct {
	Ref      string   // the carrier's reference; statuses come by it
	Refs     []string // further ones, of the message's parts
	Segments int      // 0: the carrier does not tell
	// Customer is the address by which the carrier knows the customer, where it
	// may be another than the one that was written to.
	Customer string
	Note     string // for the timeline
}

// A Refusal is an answer by which the carrier did not take a message.
type Refusal struct {
	Code string // the carrier's own
	Text string // its words
	// Verdict is set where the code alone does not say what it means.
	Verdict sms.Verdict
}

// Error gives the carrier's words.
func (r *Refusal) Error() string { return r.Code + ": " + r.Text }

// A Hook is a request to our web-hook.
type Hook struct {
	Method string
	// URL is the address that the carrier called: the public one.
	URL string
	// Path is what follows the account's name in it: "/status", or "".
	Path   string
	Query  url.Values
	Form   url.Values // of a form's body alone
	Header http.Header
	Body   []byte
	Now    time.Time
}

// Value gives a parameter of the form, or of the query.
func (h *Hook) Value(name string) string {
	if v, ok := h.Form[name]; ok && len(v) > 0 {
		return v[0]
	}
	return h.Query.Get(name)
}

// A Heard is what a web-hook says, and how the carrier wants to be answered
// when that was kept.
type Heard struct {
	Events []Event
	// Status is 200 where it is 0; Type and Body are what the carrier reads.
	Status int
	Type   string
	Body   string
	// Foreign is what the account does not have that was written to: an id of a
	// number that its configuration does not name. It is said in the log.
	Foreign []string
	// Confirm, where set, is fetched before the answer: an address that proves
	// to the far side that we are here.
	Confirm string
}

// An Event is one thing that a web-hook tells: a status, or a message.
type Event struct {
	// Refs are the references of the message whose status it is, in the order
	// in which they are tried.
	Refs    []string
	Receipt *gateway.Receipt

	From, To string // in the house's form
	Key      string // the carrier's id
	Text     string
	Type     string // content type; "" is plain text
	Media    []Media
	ReplyTo  string
	Part     *Part
}

// A Part says which part of a message an Event's text is.
type Part struct {
	Group      string // the same for all parts of a message
	Seq, Total int    // from 1
}

// A Media is a file that came with a message and is at the carrier.
type Media struct {
	Type, Name string
	// Key tells the file from others where Get does not: it holds what is signed
	// anew each time.
	Key string
	// Get fetches it; its URL stands for the file where files are not kept.
	Get Request
	// Find, where set, reads from the answer to Get where the file itself is.
	Find func(body []byte) (Place, error) `json:"-"`
	// Sum is the file's SHA-256, where the carrier tells it: in hex, or base64.
	Sum string
}

// A Place is where a file at the carrier can be had, and what is known of it.
type Place struct {
	Get  Request
	Type string
	Sum  string // as Media's
	Size int64  // octets; 0 where the carrier does not tell
}
