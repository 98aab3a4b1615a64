package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/web"
)

// A graphError is an error of Meta's.
// https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
type graphError struct {
	Code    json.Number `json:"code"`
	Title   string      `json:"title"`
	Message string      `json:"message"`
	Data    struct {
		Details string `json:"details"`
	} `json:"error_data"`
}

// words says what is wrong, as well as Meta tells it.
func (e *graphError) words() string {
	for _, s := range []string{e.Data.Details, e.Message, e.Title} {
		if s != "" {
			return s
		}
	}
	return ""
}

// refusal makes a refusal of it. 200 to 299 are one and the same: a permission.
func (e *graphError) refusal() *web.Refusal {
	code := e.Code.String()
	no := &web.Refusal{Code: code, Text: e.words()}
	if n, err := strconv.Atoi(code); err == nil && n > 200 && n < 300 {
		no.Verdict = verdicts["200"]
	}
	return no
}

// Answer reads the ids of the message and of the customer.
func (c *cloud) Answer(a *web.Answer) (web.Taken, error) {
	var b struct {
		Contacts []struct {
			ID string `json:"wa_id"`
		} `json:"contacts"`
		Messages []struct {
			ID     string `json:"id"`
			Status string `json:"message_status"`
		} `json:"messages"`
		Error graphError `json:"error"`
	}
	err := json.Unmarshal(a.Body, &b)
	switch {
	case a.Status >= 300:
		return web.Taken{}, b.Error.refusal()
	case err != nil:
		return web.Taken{}, err
	case len(b.Messages) == 0 || b.Messages[0].ID == "":
		return web.Taken{}, fault.New(fault.Internal, "the answer has no message id")
	}
	t := web.Taken{Ref: b.Messages[0].ID, Segments: 1}
	if len(b.Contacts) > 0 && b.Contacts[0].ID != "" {
		t.Customer = canonical(b.Contacts[0].ID)
	}
	if b.Messages[0].Status == "held_for_quality_assessment" {
		t.Note = "WhatsApp holds the template back until it has seen how customers like it"
	}
	return t, nil
}

// upload hands a file over that is at no address which Meta can reach.
// https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#upload-media
func (c *cloud) upload(ctx context.Context, phone string, a contact.Attachment) (string, error) {
	key := phone + " " + a.URL
	if id, ok := c.known.has(key); ok {
		return id, nil
	}
	data, err := c.opt.File(ctx, a)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("messaging_product", "whatsapp")
	_ = w.WriteField("type", a.Type)
	h := textproto.MIMEHeader{"Content-Type": {a.Type}}
	name := a.Name
	if name == "" {
		name = "file"
	}
	h.Set("Content-Disposition", multipart.FileContentDisposition("file", name))
	part, err := w.CreatePart(h)
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "a file cannot be written")
	}
	q := web.Request{URL: c.address(phone) + "/media", Body: b.Bytes(),
		Header: http.Header{"Content-Type": {w.FormDataContentType()}, "Authorization": {"Bearer " + c.Token}}}
	answer, err := web.Ask(ctx, c.opt.HTTP, &q)
	if err != nil {
		return "", err // nothing of the message has gone out yet
	}
	var in struct {
		ID    string     `json:"id"`
		Error graphError `json:"error"`
	}
	if err := json.Unmarshal(answer.Body, &in); err != nil || answer.Status >= 300 || in.ID == "" {
		return "", web.NotYet(in.Error.refusal(), answer.Status, verdicts)
	}
	c.known.handed(key, in.ID)
	return in.ID, nil
}
