package speech

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"outdial/gateway/voice/audio"
	"outdial/wire"
)

// recording reads a recording from where its address says.
func (s *Speaker) recording(ctx context.Context, uri string) (audio.Clip, error) {
	uri = s.aliased(uri)
	var b []byte
	var err error
	switch scheme, _, _ := strings.Cut(uri, "://"); scheme {
	case "s3":
		b, err = s.s3(ctx, uri)
	case "http", "https":
		if s.set.Web != nil && !*s.set.Web {
			return audio.Clip{}, errors.New("recordings are not fetched from the web: web is false")
		}
		b, err = s.fetch(ctx, uri, nil)
	default:
		b, err = s.file(strings.TrimPrefix(uri, "file://"))
	}
	if err != nil {
		return audio.Clip{}, err
	}
	c, err := audio.ReadWAV(b)
	if err == nil && c.Length() > maxClip {
		err = fmt.Errorf("a recording of %v", c.Length())
	}
	return c, err
}

// Check tells what is wrong with a recording that lies in a folder here: it is not
// there, or not to be read. One that is to be fetched is not looked at.
func (s *Speaker) Check(uri string) error {
	uri = s.aliased(uri)
	path := strings.TrimPrefix(uri, "file://")
	if strings.Contains(path, "://") {
		return nil
	}
	b, err := s.file(path)
	if err == nil {
		_, err = audio.ReadWAV(b)
	}
	return err
}

// aliased gives the address that another stands for.
func (s *Speaker) aliased(uri string) string {
	for from, to := range s.set.Aliases {
		if rest, ok := strings.CutPrefix(uri, from); ok {
			return to + rest
		}
	}
	return uri
}

// file reads a recording from one of the folders that were declared, and from
// nowhere else.
func (s *Speaker) file(path string) ([]byte, error) {
	for _, dir := range s.set.Files {
		full := path
		if !filepath.IsAbs(path) {
			full = filepath.Join(dir, path)
			if wd, err := filepath.Abs(path); err == nil && within(dir, wd) {
				full = wd // the path was written as it is seen from where we run
			}
		}
		full, err := filepath.EvalSymlinks(full)
		if err != nil {
			continue
		}
		if real, err := filepath.EvalSymlinks(dir); err == nil && within(real, full) {
			return readFile(full)
		}
	}
	return nil, fmt.Errorf("%s is in none of the folders of recordings", path)
}

func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s has more than %d MB", path, maxFile>>20)
	}
	return b, err
}

// s3 reads s3://BUCKET/KEY from the endpoint, by path and signed.
func (s *Speaker) s3(ctx context.Context, uri string) ([]byte, error) {
	set := s.set.S3
	if set.Endpoint == "" {
		return nil, fmt.Errorf("%s: there is no s3.endpoint", uri)
	}
	bucket, key, ok := strings.Cut(strings.TrimPrefix(uri, "s3://"), "/")
	if !ok || bucket == "" || key == "" {
		return nil, fmt.Errorf("%s: wants s3://BUCKET/KEY", uri)
	}
	u, err := url.Parse(strings.TrimRight(set.Endpoint, "/"))
	if err != nil {
		return nil, err
	}
	u = u.JoinPath(bucket, key)
	return s.fetch(ctx, u.String(), func(r *http.Request) {
		if set.Key == "" {
			return
		}
		region := set.Region
		if region == "" {
			region = "us-east-1"
		}
		// S3 wants to be told what the body hashes to.
		r.Header.Set("X-Amz-Content-Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
		wire.Sign(r, nil, wire.Credentials{AccessKeyID: set.Key, SecretAccessKey: set.Secret}, region, "s3", time.Now())
	})
}

func (s *Speaker) fetch(ctx context.Context, uri string, sign func(*http.Request)) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.set.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return nil, err
	}
	if sign != nil {
		sign(r)
	}
	res, err := s.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", r.URL.Redacted(), res.Status)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s has more than %d MB", r.URL.Redacted(), maxFile>>20)
	}
	return b, err
}
