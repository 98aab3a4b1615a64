package attachment_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"outdial/attachment"
	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// png begins as a picture does.
func png(rest string) string { return "\x89PNG\r\n\x1a\n" + rest }

// places runs fn with contents in a folder, and in the store: SQLite always,
// PostgreSQL where PGURL names a server.
func places(t *testing.T, c attachment.Config, fn func(t *testing.T, f *attachment.Files, dir string)) {
	names := []string{"folder", "store"}
	if os.Getenv("PGURL") != "" {
		names = append(names, "postgres")
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			url := "file:" + filepath.Join(t.TempDir(), "s.db")
			if name == "postgres" {
				url = postgresURL(t)
			}
			s, err := store.Open(t.Context(), url, store.Options{Node: "a"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			c := c
			c.Store = s
			if name == "folder" {
				c.Dir = filepath.Join(t.TempDir(), "files")
			}
			f, err := attachment.New(c)
			if err != nil {
				t.Fatal(err)
			}
			fn(t, f, c.Dir)
		})
	}
}

// postgresURL makes a schema of its own for the test on the server of PGURL.
func postgresURL(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(os.Getenv("PGURL"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if _, err := c.Exec(t.Context(), "create schema "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer c.Close(context.Background())
		if _, err := c.Exec(context.Background(), "drop schema "+name+" cascade"); err != nil {
			t.Error(err)
		}
	})
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func read(t *testing.T, f *attachment.Files, id string) string {
	t.Helper()
	_, r, err := f.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAFileIsKeptOnceAndReadBack(t *testing.T) {
	places(t, attachment.Config{}, func(t *testing.T, f *attachment.Files, dir string) {
		for _, size := range []int{1, 400, 512, 513, 512<<10 - 8, 512 << 10, 1<<20 + 17} {
			content := png(strings.Repeat("x", size))
			a, err := f.Keep(t.Context(), contact.Attachment{Name: "../a/b\x00.png", Type: "IMAGE/PNG; name=x", URL: "https://carrier.example/1"}, strings.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			if a.ID == "" || attachment.ID(a.URL) != a.ID || a.Name != "b.png" || a.Type != "image/png" || a.Size != int64(len(content)) {
				t.Errorf("%+v", a)
			}
			again, err := f.Keep(t.Context(), contact.Attachment{Type: "image/png"}, strings.NewReader(content))
			if err != nil || again.ID == a.ID || again.Name != "file.png" {
				t.Errorf("%+v %v", again, err)
			}
			for _, id := range []string{a.ID, again.ID} {
				if got := read(t, f, id); got != content {
					t.Errorf("%d octets of %d", len(got), len(content))
				}
			}
		}
		if dir == "" {
			return
		}
		files := 0
		_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, _ error) error {
			if !d.IsDir() {
				files++
				if info, _ := d.Info(); info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v", p, info.Mode())
				}
			}
			return nil
		})
		if files != 7 {
			t.Errorf("%d files, not 7", files)
		}
	})
}

func TestOnlyWhatIsOnTheListAndWhatItSaysIsKept(t *testing.T) {
	mp4 := "\x00\x00\x00\x20ftypisom...."
	places(t, attachment.Config{Max: 1000, Types: []string{"image/png", "application/pdf", "text/plain", "video/mp4", "audio/mpeg", "image/jpeg"}}, func(t *testing.T, f *attachment.Files, _ string) {
		for _, c := range []struct{ name, kind, content, want string }{
			{"a.png", "image/png", png("1"), "image/png"},
			{"a.png", "", png("1"), "image/png"},
			{"a", "", png("1"), "image/png"},
			{"a.pdf", "application/octet-stream", "%PDF-1.7", "application/pdf"},
			{"", "text/plain; charset=utf-8", "naïve", "text/plain"},
			{"", "video/mp4", mp4, "video/mp4"},
			{"", "audio/mp3", "ID3\x03", "audio/mpeg"},
			{"", "image/jpg", "\xff\xd8\xff\xe0", "image/jpeg"},
			{"", "image/png", "\xff\xd8\xff\xe0", ""}, // another picture
			{"", "image/png", "MZ\x90\x00", ""},
			{"x.exe", "application/octet-stream", "MZ\x90\x00", ""},
			{"x.png", "", "MZ\x90\x00", ""},
			{"", "text/plain", "<html><script>alert(1)</script>", ""},
			{"", "text/plain", "\x7fELF\x02\x01\x01\x00", ""},
			{"", "text/html", "<html>", ""},
			{"", "image/svg+xml", "<svg/>", ""},
			{"", "image/gif", "GIF89a", ""}, // not on this list
			{"", "image/png", "", ""},
			{"", "image/png", png(strings.Repeat("x", 1000)), ""},
			{"", "image/png", png(strings.Repeat("x", 992)), "image/png"},
			{"", "no type at all", "x", ""},
		} {
			a, err := f.Keep(t.Context(), contact.Attachment{Name: c.name, Type: c.kind}, strings.NewReader(c.content))
			if c.want == "" && !fault.Is(err, fault.Invalid) || c.want != "" && (err != nil || a.Type != c.want) {
				t.Errorf("%q %q %.10q: %+v %v", c.name, c.kind, c.content, a, err)
			}
		}
	})
	if _, err := attachment.New(attachment.Config{Types: []string{"text/html"}}); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func TestAFolderThatCannotBeIsSaidSo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := attachment.New(attachment.Config{Dir: filepath.Join(file, "files")})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "attachments.path: ") || !strings.Contains(err.Error(), "not a directory") {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestAFileThatBreaksOffMayComeAgain(t *testing.T) {
	places(t, attachment.Config{}, func(t *testing.T, f *attachment.Files, dir string) {
		for _, c := range []struct {
			err  error
			want fault.Kind
		}{{errors.New("the connection broke"), fault.Busy}, {fault.New(fault.Invalid, "too long"), fault.Invalid}, {context.DeadlineExceeded, fault.Busy}} {
			for _, n := range []int{0, 100, 1000} {
				r := io.MultiReader(strings.NewReader(png(strings.Repeat("x", n))), failing{c.err})
				if _, err := f.Keep(t.Context(), contact.Attachment{Type: "image/png"}, r); !fault.Is(err, c.want) {
					t.Errorf("%d: %v, want %v", n, err, c.want)
				}
			}
		}
		if dir != "" {
			if left, err := os.ReadDir(filepath.Join(dir, "new")); len(left) != 0 || err != nil {
				t.Error(left, err)
			}
		}
	})
}

func TestAContentThatIsMissingIsWrittenAnew(t *testing.T) {
	places(t, attachment.Config{}, func(t *testing.T, f *attachment.Files, dir string) {
		if dir == "" {
			return
		}
		keep := func() string {
			a, err := f.Keep(t.Context(), contact.Attachment{Type: "image/png"}, strings.NewReader(png("1")))
			if err != nil {
				t.Fatal(err)
			}
			return a.ID
		}
		id := keep()
		row, _, err := f.Open(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, row.Hash[:2], row.Hash)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := f.Open(t.Context(), id); err == nil {
			t.Error("a content that is gone was opened")
		}
		if got := read(t, f, keep()); got != png("1") {
			t.Errorf("%q", got)
		}
	})
}

func TestWhatIsYoungIsNotSwept(t *testing.T) {
	places(t, attachment.Config{}, func(t *testing.T, f *attachment.Files, _ string) {
		a, err := f.Keep(t.Context(), contact.Attachment{Type: "image/png"}, strings.NewReader(png("1")))
		if err != nil {
			t.Fatal(err)
		}
		if n, err := f.Sweep(t.Context()); n != 0 || err != nil {
			t.Error(n, err)
		}
		if err := f.Store.DropFile(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
		if n, err := f.Sweep(t.Context()); n != 0 || err != nil { // somebody may be bringing it
			t.Error(n, err)
		}
		if _, _, err := f.Open(t.Context(), a.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestAddressesAreGoodForOneFileOneMethodAndATime(t *testing.T) {
	f, err := attachment.New(attachment.Config{Key: bytes.Repeat([]byte{1}, 32), URL: "https://host.example/_x/attachments/"})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	u, err := url.Parse(f.Link("GET", "f1", now.Add(time.Minute)))
	if err != nil || u.Path != "/_x/attachments/f1" || u.Host != "host.example" {
		t.Fatal(u, err)
	}
	for _, c := range []struct {
		method, id string
		at         time.Time
		change     func(url.Values)
		ok         bool
	}{
		{"GET", "f1", now, nil, true},
		{"HEAD", "f1", now, nil, true},
		{"PUT", "f1", now, nil, false},
		{"GET", "f2", now, nil, false},
		{"GET", "f1", now.Add(time.Minute), nil, false},
		{"GET", "f1", now, func(q url.Values) { q.Set("expires", "1900000000") }, false},
		{"GET", "f1", now, func(q url.Values) { q.Del("signature") }, false},
		{"GET", "f1", now, func(q url.Values) { q.Del("expires") }, false},
	} {
		q := u.Query()
		if c.change != nil {
			c.change(q)
		}
		if err := f.Admit(c.method, c.id, q, c.at); (err == nil) != c.ok || err != nil && !fault.Is(err, fault.Denied) {
			t.Errorf("%s %s %v: %v", c.method, c.id, c.at, err)
		}
	}
}

func FuzzKeep(f *testing.F) {
	for _, s := range []string{"", "x", png(""), "\xff\xfb", "RIFF....WAVE", "PK\x03\x04", "\x00\x00\x00\x18ftyp"} {
		f.Add("a.png", "image/png", s)
		f.Add("", "", s)
	}
	s, err := store.Open(context.Background(), "file:"+filepath.Join(f.TempDir(), "s.db"), store.Options{Node: "a"})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	files, err := attachment.New(attachment.Config{Store: s, Dir: filepath.Join(f.TempDir(), "files"), Max: 1000})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, kind, content string) {
		a, err := files.Keep(t.Context(), contact.Attachment{Name: name, Type: kind}, strings.NewReader(content))
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			return
		}
		if strings.ContainsAny(a.Name, "/\\\x00\n") || a.Name == "" || a.Size != int64(len(content)) {
			t.Errorf("%+v", a)
		}
	})
}

func TestAFileMayBeAnnouncedFirst(t *testing.T) {
	places(t, attachment.Config{Max: 100}, func(t *testing.T, f *attachment.Files, _ string) {
		for _, bad := range []store.File{{Name: "a.exe"}, {Name: "a"}, {Type: "text/html"}, {Name: "a.png", Size: 101}} {
			if _, err := f.Await(t.Context(), bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		row, err := f.Await(t.Context(), store.File{Name: "a.png", Size: 12})
		if err != nil || row.Type != "image/png" || row.Status != store.FileProcessing {
			t.Fatalf("%+v %v", row, err)
		}
		if _, _, err := f.Open(t.Context(), row.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := f.Kept(t.Context(), row.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		for _, content := range []string{png("123"), png("12345"), "%PDF-1.7 no "} {
			again := *row
			if err := f.Fill(t.Context(), &again, strings.NewReader(content)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", content, err)
			}
		}
		if err := f.Fill(t.Context(), row, strings.NewReader(png("1234"))); err != nil || row.Status != store.FileApproved {
			t.Errorf("%+v %v", row, err)
		}
		if err := f.Fill(t.Context(), row, strings.NewReader(png("1234"))); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if a, err := f.Kept(t.Context(), row.ID); err != nil || a.Size != 12 || a.Name != "a.png" || read(t, f, a.ID) != png("1234") {
			t.Errorf("%+v %v", a, err)
		}
	})
}
