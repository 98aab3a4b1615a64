package admin

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/wire"
)

const picture = "\x89PNG\r\n\x1a\nthe rest"

// path is what stands behind our own beginning of an address.
func path(t *testing.T, address string) string {
	t.Helper()
	_, rest, ok := strings.Cut(address, "/_outdial/")
	if !ok {
		t.Fatalf("%q is none of ours", address)
	}
	return rest
}

func TestAHandsetSendsAFileAndItIsReadBack(t *testing.T) {
	play(t, nil, func(h *house) {
		id := h.start("ask", ann, contact.Chat)
		sent := struct {
			ContactID   contact.ID
			Attachments []contact.Attachment
		}{}
		h.get("POST", "handsets/"+ann+"/messages", `{"attachments":[{"name":"a.png","data":"`+base64.StdEncoding.EncodeToString([]byte(picture))+`"}]}`, &sent)
		if sent.ContactID != id || len(sent.Attachments) != 1 || sent.Attachments[0].Type != "image/png" {
			h.Errorf("%+v", sent)
		}
		h.rest()
		var list struct{ Messages []contact.Message }
		h.get("GET", "contacts/"+string(id)+"/messages", "", &list)
		var a contact.Attachment
		for _, m := range list.Messages {
			if m.Direction == "INBOUND" {
				a = m.Attachments[0]
			}
		}
		if a.ID == "" || a.Name != "a.png" || a.Size != int64(len(picture)) {
			h.Fatalf("%+v", list)
		}
		w := h.ask("GET", path(t, a.URL), "")
		if w.Code != 200 || w.Body.String() != picture || w.Header().Get("Content-Type") != "image/png" ||
			w.Header().Get("Content-Disposition") != "attachment; filename=a.png" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			h.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
		}
		if w := h.ask("HEAD", path(t, a.URL), ""); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "16" {
			h.Errorf("%d %v", w.Code, w.Header())
		}
		link := path(t, h.files.Link("GET", a.ID, time.Now().Add(time.Minute)))
		h.remote, h.creds = "203.0.113.1:1000", wire.Credentials{}
		if w := h.ask("GET", link, ""); w.Code != 200 || w.Body.String() != picture {
			h.Errorf("%d %q", w.Code, w.Body)
		}
		h.refused("GET", link+"0", "", 403, "signature")
		h.refused("GET", strings.Replace(link, a.ID, "other", 1), "", 403, "signature")
		h.refused("GET", path(t, a.URL), "", 403, "")
		h.refused("PUT", link, picture, 403, "signature")
		<-time.After(time.Minute)
		h.refused("GET", link, "", 403, "expires")
		h.creds = foreignKey
		h.refused("GET", path(t, a.URL), "", 404, "")
	})
}

func TestAnUploadGoesToASignedAddress(t *testing.T) {
	play(t, nil, func(h *house) {
		id := h.start("ask", ann, contact.Chat)
		h.refused("POST", "attachments", `{"name":"a.exe"}`, 400, "type")
		var u upload
		h.get("POST", "attachments", `{"name":"a.png"}`, &u)
		h.refused("GET", "attachments/"+u.ID, "", 404, "") // it has no content
		mine := h.creds
		h.remote, h.creds = "203.0.113.1:1000", wire.Credentials{}
		h.refused("PUT", path(t, u.URL), "%PDF-1.7", 400, "")
		if w := h.ask("PUT", path(t, u.URL), picture); w.Code != 200 {
			h.Errorf("%d %s", w.Code, w.Body)
		}
		h.refused("PUT", path(t, u.URL), picture, 409, "")
		at, err := url.Parse(u.URL)
		if err != nil {
			h.Fatal(err)
		}
		h.refused("PUT", path(t, u.URL[:strings.IndexByte(u.URL, '?')]), picture, 403, "signature")
		h.refused("GET", "attachments/"+u.ID+"?"+at.RawQuery, "", 403, "signature")
		h.creds = mine
		h.refused("GET", "attachments/"+u.ID, "", 404, "") // it belongs to nobody yet
		h.get("POST", "handsets/"+ann+"/messages", `{"text":"see","attachments":[{"id":"`+u.ID+`"}]}`, nil)
		h.rest()
		if w := h.ask("GET", "attachments/"+u.ID, ""); w.Code != 200 || w.Body.String() != picture {
			h.Errorf("%d %s", w.Code, w.Body)
		}
		h.get("POST", "clock", `{"advance":"2d"}`, nil)
		<-time.After(time.Hour)
		h.get("DELETE", "contacts/"+string(id), "", nil)
		h.refused("GET", "attachments/"+u.ID, "", 404, "")
		if _, err := h.files.Sweep(t.Context()); err != nil {
			h.Error(err)
		}
	})
}

func TestAnAgentSendsAFileToAChat(t *testing.T) {
	play(t, nil, func(h *house) {
		h.queues()
		id := h.start("sell", ann, contact.Chat)
		h.desk("bob", `{"state":"Available","queues":["Sales"]}`)
		h.desk("bob", `{"action":"accept"}`)
		var u upload
		h.get("POST", "attachments", `{"name":"offer.png"}`, &u)
		h.refused("POST", "agents/bob", `{"action":"say","attachments":[{"id":"`+u.ID+`"}]}`, 404, "attachments") // nothing was put yet
		if w := h.ask("PUT", path(t, u.URL), picture); w.Code != 200 {
			h.Fatalf("%d %s", w.Code, w.Body)
		}
		h.get("POST", "handsets/"+ann+"/messages", `{"text":"my card","attachments":[{"name":"card.png","data":"`+base64.StdEncoding.EncodeToString([]byte(picture))+`"}]}`, nil)
		v := h.desk("bob", `{"action":"say","attachments":[{"id":"`+u.ID+`"}]}`)
		said := v.Contacts[0].Messages
		if n := len(said); n < 2 || said[n-1].From != "bob" || said[n-1].Attachments[0].Name != "offer.png" || said[n-2].Attachments[0].Name != "card.png" {
			h.Errorf("%+v", said)
		}
		shown := h.world.Handset(ann).Messages
		last := shown[len(shown)-1]
		if last.Direction != "in" || len(last.Attachments) != 1 || last.Attachments[0].Name != "offer.png" || last.Attachments[0].Size != int64(len(picture)) {
			h.Errorf("%+v", last)
		}
		if w := h.ask("GET", "attachments/"+u.ID, ""); w.Code != 200 || w.Body.String() != picture {
			h.Errorf("%d: the file is not the contact's %s", w.Code, id)
		}
	})
}

func TestWithoutFilesThereAreNone(t *testing.T) {
	play(t, func(c *Config) { c.Files = nil }, func(h *house) {
		h.refused("POST", "attachments", `{"name":"a.png"}`, 404, "")
		h.refused("GET", "attachments/x", "", 404, "")
		h.refused("PUT", "attachments/x?signature=1", "", 404, "")
	})
}
