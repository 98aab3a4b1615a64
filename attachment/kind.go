package attachment

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"

	"outdial/fault"
)

// sniffed is how much of a file is looked at.
const sniffed = 512

// A kind is a type of file: how its name ends, and how its content begins.
type kind struct {
	ends []string
	is   func(head []byte) bool
}

// kinds are the types that can be told by their content: those of Amazon
// Connect's chats, and what WhatsApp and MMS bring beside.
// https://docs.aws.amazon.com/connect/latest/adminguide/enable-attachments.html
// https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
var kinds = map[string]kind{
	"image/jpeg":      {[]string{".jpg", ".jpeg"}, begins("\xff\xd8\xff")},
	"image/png":       {[]string{".png"}, begins("\x89PNG\r\n\x1a\n")},
	"image/gif":       {[]string{".gif"}, begins("GIF87a", "GIF89a")},
	"image/webp":      {[]string{".webp"}, riff("WEBP")},
	"image/heic":      {[]string{".heic"}, boxed},
	"audio/wav":       {[]string{".wav"}, riff("WAVE")},
	"audio/mpeg":      {[]string{".mp3"}, func(h []byte) bool { return begins("ID3")(h) || frame(h, 0xe0) }},
	"audio/aac":       {[]string{".aac"}, func(h []byte) bool { return frame(h, 0xf0) || boxed(h) }},
	"audio/mp4":       {[]string{".m4a"}, boxed},
	"audio/amr":       {[]string{".amr"}, begins("#!AMR")},
	"audio/ogg":       {[]string{".ogg"}, begins("OggS")},
	"video/mp4":       {[]string{".mp4"}, boxed},
	"video/3gpp":      {[]string{".3gp"}, boxed},
	"video/quicktime": {[]string{".mov"}, boxed},
	"application/pdf": {[]string{".pdf"}, begins("%PDF-")},
	"text/plain":      {[]string{".txt"}, words},
	"text/csv":        {[]string{".csv"}, words},
	"text/vcard":      {[]string{".vcf"}, words},
	"text/calendar":   {[]string{".ics"}, words},

	"application/msword":                   {[]string{".doc"}, old},
	"application/vnd.ms-excel":             {[]string{".xls"}, old},
	"application/vnd.ms-powerpoint":        {[]string{".ppt"}, old},
	office + "wordprocessingml.document":   {[]string{".docx"}, zip},
	office + "spreadsheetml.sheet":         {[]string{".xlsx"}, zip},
	office + "presentationml.presentation": {[]string{".pptx"}, zip},
}

const office = "application/vnd.openxmlformats-officedocument."

// aliases are other names of the same.
var aliases = map[string]string{
	"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/heif": "image/heic", "audio/wave": "audio/wav", "audio/x-wav": "audio/wav",
	"audio/vnd.wave": "audio/wav", "audio/mp3": "audio/mpeg", "audio/opus": "audio/ogg", "application/ogg": "audio/ogg", "audio/x-m4a": "audio/mp4",
	"audio/m4a": "audio/mp4", "audio/x-aac": "audio/aac", "audio/amr-wb": "audio/amr", "video/3gp": "video/3gpp", "audio/3gpp": "video/3gpp",
	"text/x-vcard": "text/vcard", "text/directory": "text/vcard", "application/x-pdf": "application/pdf",
}

// Types are the MIME types that are kept where the configuration names none.
func Types() []string { return slices.Sorted(maps.Keys(kinds)) }

func begins(with ...string) func([]byte) bool {
	return func(h []byte) bool {
		return slices.ContainsFunc(with, func(s string) bool { return bytes.HasPrefix(h, []byte(s)) })
	}
}

func riff(form string) func([]byte) bool {
	return func(h []byte) bool { return len(h) >= 12 && string(h[:4]) == "RIFF" && string(h[8:12]) == form }
}

// boxed is a file of ISO 14496-12: its first box is "ftyp"; old ones of QuickTime
// begin with others.
func boxed(h []byte) bool {
	return len(h) >= 12 && slices.Contains([]string{"ftyp", "moov", "mdat", "wide", "free"}, string(h[4:8]))
}

// frame is a frame of MPEG audio: eleven bits, or twelve, that are set.
func frame(h []byte, mask byte) bool { return len(h) >= 2 && h[0] == 0xff && h[1]&mask == mask }

func old(h []byte) bool { return begins("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")(h) }
func zip(h []byte) bool { return begins("PK\x03\x04")(h) }

// words is a text, and none that a browser would run.
func words(h []byte) bool {
	t := http.DetectContentType(h)
	return strings.HasPrefix(t, "text/plain")
}

// judge tells of which type a file is, and whether it is kept: by what it is said
// to be or, where that says nothing, by its name's end, and by how it begins.
func (f *Files) judge(said, name string, head []byte) (string, error) {
	t := plain(said)
	if t == "" || t == "application/octet-stream" || t == "binary/octet-stream" {
		t = byName(name)
	}
	if t == "" {
		for _, k := range []string{"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "audio/ogg", "audio/wav", "audio/amr"} {
			if kinds[k].is(head) {
				t = k
			}
		}
	}
	switch k, known := kinds[t]; {
	case t == "":
		return "", fault.New(fault.Invalid, "a file of an unknown type is not kept")
	case !known || !f.allowed[t]:
		return "", fault.New(fault.Invalid, "files of type %.100s are not kept", t)
	case !k.is(head):
		return "", fault.New(fault.Invalid, "the file is said to be %s, and is not", t)
	}
	return t, nil
}

// byName is the type that a name's end stands for.
func byName(name string) string {
	name = strings.ToLower(name)
	for t, k := range kinds {
		if slices.ContainsFunc(k.ends, func(end string) bool { return strings.HasSuffix(name, end) }) {
			return t
		}
	}
	return ""
}

// Named is the type that a file's name stands for; "" where it says none that is
// kept.
func (f *Files) Named(name string) string {
	if t := byName(name); f.allowed[t] {
		return t
	}
	return ""
}
