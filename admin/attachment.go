package admin

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"outdial/attachment"
	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// uploadTime is how long the address of an upload is good.
const uploadTime = 5 * time.Minute

// filesPath is where files are, below our own paths.
const filesPath = "attachments/"

// errNoFiles is why there are no attachments.
var errNoFiles = fault.New(fault.NotFound, "attachments are not kept here")

// An upload is where the content of a new file goes.
type upload struct {
	ID      string    `json:"id"`
	URL     string    `json:"url"` // PUT goes here, without any other credential
	Expires time.Time `json:"expires"`
}

// createAttachment makes room for a file: its content is put to the address that
// is answered, and a message may then name its id.
func (s *Server) createAttachment(c *call) error {
	if s.Files == nil {
		return errNoFiles
	}
	var in struct {
		Name string `json:"name"`
		Type string `json:"type"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	row, err := s.Files.Await(c.r.Context(), store.File{Name: in.Name, Type: in.Type, Identity: c.caller.ARN})
	if err != nil {
		return err
	}
	end := time.Now().Add(uploadTime)
	s.write(c, 200, upload{ID: row.ID, URL: s.Files.Link(http.MethodPut, row.ID, end), Expires: end.UTC().Truncate(time.Second)})
	return nil
}

// linked lets in who has an address that Files signed: nobody else may put a
// file, and who has none must be let in as for any other signed path.
func (s *Server) linked(c *call) bool {
	return strings.Contains(c.r.URL.RawQuery, "signature=") && !strings.Contains(c.r.URL.RawQuery, "X-Amz-")
}

// putAttachment takes the content of a file that createAttachment, or Amazon's
// StartAttachedFileUpload, made room for.
func (s *Server) putAttachment(c *call) error {
	if s.Files == nil {
		return errNoFiles
	}
	id := c.label["file"]
	if err := s.Files.Admit(http.MethodPut, id, c.query, time.Now()); err != nil {
		return err
	}
	row, err := s.Store.File(c.r.Context(), id)
	if err != nil {
		return err
	}
	// A file takes longer than a request of a few octets.
	if err := http.NewResponseController(c.w).SetReadDeadline(time.Now().Add(uploadTime)); err != nil {
		s.Log.Debug("an upload keeps its deadline", "err", err)
	}
	if err := s.Files.Fill(c.r.Context(), row, c.r.Body); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// getAttachment gives the content of a file: to who has its signed address, and
// to who may see the contact that it belongs to.
func (s *Server) getAttachment(c *call) error {
	if s.Files == nil {
		return errNoFiles
	}
	id := c.label["file"]
	if s.linked(c) {
		if err := s.Files.Admit(c.r.Method, id, c.query, time.Now()); err != nil {
			return err
		}
	}
	row, r, err := s.Files.Open(c.r.Context(), id)
	if err != nil {
		return err
	}
	defer r.Close()
	if !s.linked(c) {
		err := s.Store.View(c.r.Context(), func(t *store.Tx) error {
			_, err := contactOf(t, c, row.Contact)
			return err
		})
		if err != nil {
			return fault.New(fault.NotFound, "file %q is not there", id)
		}
	}
	h := c.w.Header()
	h.Set("Content-Type", row.Type)
	h.Set("Content-Length", strconv.FormatInt(row.Size, 10))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": row.Name}))
	h.Set("ETag", fmt.Sprintf("%q", row.Hash))
	// What a customer sent is shown by no browser as a page of ours.
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	c.w.WriteHeader(http.StatusOK)
	if c.r.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(c.w, r); err != nil {
		s.Log.Debug("a file was not read to its end", "err", err)
	}
	return nil
}

// shown gives messages the addresses at which their files can be had here.
func (s *Server) shown(list []*contact.Message) []*contact.Message {
	for _, m := range list {
		for i, a := range m.Attachments {
			if a.ID != "" && attachment.ID(a.URL) == a.ID {
				m.Attachments[i].URL = "/_" + s.Name + "/" + filesPath + a.ID
			}
		}
	}
	return list
}

// An enclosed is a file that was put here, by its id.
type enclosed struct {
	ID string `json:"id"`
}

// enclosed finds files that go with a message.
func (s *Server) enclosed(c *call, list []enclosed) (files []contact.Attachment, err error) {
	for _, f := range list {
		if s.Files == nil {
			return nil, errNoFiles
		}
		a, err := s.Files.Kept(c.r.Context(), f.ID)
		if err != nil {
			return nil, fault.Wrap(fault.KindOf(err), err, "attachments: %v", err)
		}
		files = append(files, a)
	}
	return files, nil
}
