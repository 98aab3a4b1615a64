package whatsapp

import (
	"context"
	"encoding/json"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/web"
)

// Bounds of messages.
// https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
const (
	maxText    = 4096
	maxCaption = 1024
)

// interactiveType is the content type of Connect's interactive messages.
const interactiveType = contact.Interactive

// An object is a JSON object that is being written.
type object = map[string]any

// uploader hands a file over and gives its media id; nil where that cannot be.
type uploader func(ctx context.Context, a contact.Attachment) (string, error)

// messages writes what goes out for m: a template, an interactive message, or a
// text; and a message for each file. A text that goes with one picture is its
// caption.
func (w *whatsapp) messages(ctx context.Context, m *web.Message, up uploader) ([][]byte, error) {
	var list []object
	switch {
	case m.Template != nil:
		list = append(list, template(m.Template))
	case strings.HasPrefix(m.ContentType, interactiveType):
		i, err := w.interactive(m.Text)
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	case m.ContentType != "" && !strings.HasPrefix(m.ContentType, "text/"):
		return nil, fault.New(fault.Refused, "contentType: %s cannot be sent by WhatsApp", m.ContentType)
	default:
		var err error
		if list, err = w.words(ctx, m, up); err != nil {
			return nil, err
		}
	}
	if len(list) == 0 {
		return nil, fault.New(fault.Invalid, "text: is needed")
	}
	out := make([][]byte, 0, len(list))
	for _, o := range list {
		o["messaging_product"], o["recipient_type"], o["to"] = "whatsapp", "individual", m.To
		if m.ID != "" {
			o["biz_opaque_callback_data"] = m.ID
		}
		b, err := json.Marshal(o)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the message cannot be written")
		}
		out = append(out, b)
	}
	return out, nil
}

// words writes a text and files.
func (w *whatsapp) words(ctx context.Context, m *web.Message, up uploader) ([]object, error) {
	var list []object
	caption := ""
	if len(m.Attachments) == 1 && captioned(kindOf(m.Attachments[0].Type)) && len([]rune(m.Text)) <= maxCaption {
		caption = m.Text
	} else if m.Text != "" {
		if n := len([]rune(m.Text)); n > maxText {
			return nil, fault.New(fault.Refused, "text: at most %d characters, not %d", maxText, n)
		}
		list = append(list, w.text(m.Text))
	}
	for _, a := range m.Attachments {
		o, err := file(ctx, a, caption, up)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

func (w *whatsapp) text(s string) object {
	return object{"type": "text", "text": object{"preview_url": w.Preview, "body": s}}
}

// kindOf is what WhatsApp calls a file of a type.
// https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
func kindOf(mime string) string {
	mime, _, _ = strings.Cut(mime, ";")
	switch mime = strings.TrimSpace(strings.ToLower(mime)); mime {
	case "image/jpeg", "image/png":
		return "image"
	case "image/webp":
		return "sticker"
	case "video/mp4", "video/3gpp", "video/3gp":
		return "video"
	case "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg":
		return "audio"
	}
	return "document"
}

// fetchable tells whether the far side can fetch a file by its address.
func fetchable(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

func captioned(kind string) bool { return kind == "image" || kind == "video" || kind == "document" }

// file writes the message of one file: a file of ours, or one that Meta cannot
// reach, is handed over first where that can be; any other goes by its address.
func file(ctx context.Context, a contact.Attachment, caption string, up uploader) (object, error) {
	kind := kindOf(a.Type)
	o := object{}
	id := ""
	if up != nil && (a.ID != "" || !fetchable(a.URL)) {
		var err error
		if id, err = up(ctx, a); err != nil {
			return nil, err
		}
	}
	switch {
	case id != "":
		o["id"] = id
	case fetchable(a.URL):
		o["link"] = a.URL
	default:
		return nil, fault.New(fault.Refused, "attachments: %.100s is at no address that the carrier can reach: is publicURL set?", a.Name)
	}
	if caption != "" && captioned(kind) {
		o["caption"] = caption
	}
	if kind == "document" && a.Name != "" {
		o["filename"] = a.Name
	}
	return object{"type": kind, kind: o}, nil
}
