package main

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"time"

	"github.com/google/uuid"

	"outdial/attachment"
	"outdial/config"
	"outdial/contact"
)

// filesPath is where files of messages are.
const filesPath = "/_outdial/attachments/"

// attachments opens the place where files of messages are kept.
func (h *house) attachments(secret []byte) (*attachment.Files, error) {
	c := h.config.Attachments
	key := hmac.New(sha256.New, secret)
	key.Write([]byte("addresses of attachments"))
	return attachment.New(attachment.Config{
		Store: h.st, Dir: filesDir(h.config), Max: int64(c.Max) << 20, Types: c.Types, Key: key.Sum(nil),
		URL: strings.TrimSuffix(cmp.Or(h.config.PublicURL, h.endpoint()), "/") + filesPath, Log: h.log,
	})
}

// filesDir is the folder of the files; "" keeps them in the database, which all
// processes that share it have.
func filesDir(c *config.File) string {
	if c.Attachments.Path != "" {
		return c.Attachments.Path
	}
	if path, ok := strings.CutPrefix(c.Store, "file:"); ok {
		path, _, _ = strings.Cut(path, "?")
		return path + ".files"
	}
	return ""
}

// linkTime is how long a carrier may fetch a file that goes with a message:
// longer than any waits for the morning, or for a carrier to be back.
const linkTime = 7 * 24 * time.Hour

// fileLink is the address by which a carrier fetches a file. Its time counts from
// when the message was made, so that it is the same at every try.
func (h *house) fileLink(a contact.Attachment, message string) string {
	made := time.Now()
	if id, err := uuid.Parse(message); err == nil && id.Version() == 7 {
		made = time.Unix(id.Time().UnixTime())
	}
	return h.kept.Link("GET", a.ID, made.Add(linkTime))
}
