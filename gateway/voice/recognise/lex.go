package recognise

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"outdial/gateway/voice/audio"
	"outdial/wire"
)

// mostHeader is how much a header of Lex's may hold once it is unpacked.
const mostHeader = 256 << 10

// lexSound is the sound that Lex is sent: what a telephone has.
const lexSound = "audio/lpcm; sample-rate=8000; sample-size-bits=16; channel-count=1; is-big-endian=false"

// lex has words heard by a bot of Amazon Lex V2, which answers at once.
// https://docs.aws.amazon.com/lexv2/latest/APIReference/API_runtime_RecognizeUtterance.html
func (t *Turn) lex(ctx context.Context, spoken []int16) (text string, answer json.RawMessage, err error) {
	_, rest, _ := strings.Cut(t.ask.Bot, ":bot-alias/")
	bot, alias, ok := strings.Cut(rest, "/")
	if !ok {
		return "", nil, fmt.Errorf("%q is no alias of a bot of Lex V2", t.ask.Bot)
	}
	path := t.set.Lex.Endpoint
	path = strings.TrimRight(path, "/")
	for _, x := range [][2]string{{"bots", bot}, {"botAliases", alias}, {"botLocales", strings.ReplaceAll(t.ask.Language, "-", "_")}, {"sessions", t.ask.Contact}} {
		path += "/" + x[0] + "/" + url.PathEscape(x[1])
	}
	body := audio.Bytes(nil, spoken)
	state, err := pack(map[string]any{"sessionAttributes": t.ask.Session})
	if err != nil {
		return "", nil, err
	}
	for try := 0; ; try++ {
		var again bool
		text, answer, again, err = t.utter(ctx, path+"/utterance", body, state)
		if err == nil || !again || try > 0 {
			return text, answer, err
		}
	}
}

// utter sends the sound. again says that another try may do better.
func (t *Turn) utter(ctx context.Context, address string, body []byte, state string) (text string, answer json.RawMessage, again bool, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return "", nil, false, err
	}
	r.Header.Set("Content-Type", lexSound)
	r.Header.Set("Response-Content-Type", "text/plain; charset=utf-8")
	if len(t.ask.Session) > 0 {
		r.Header.Set("X-Amz-Lex-Session-State", state)
	}
	if l := t.set.Lex; l.Key != "" {
		wire.Sign(r, body, wire.Credentials{AccessKeyID: l.Key, SecretAccessKey: l.Secret}, l.Region, "lex", time.Now())
	}
	res, err := t.http.Do(r)
	if err != nil {
		return "", nil, ctx.Err() == nil, err
	}
	defer res.Body.Close()
	said, err := io.ReadAll(io.LimitReader(res.Body, mostText))
	if res.StatusCode != http.StatusOK {
		kind, _, _ := strings.Cut(res.Header.Get("X-Amzn-ErrorType"), ":")
		again := res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests
		return "", nil, again, fmt.Errorf("lex: %s %s: %s", res.Status, kind, said)
	}
	if err != nil {
		return "", nil, true, err
	}
	text, answer, err = heard(res.Header)
	return text, answer, false, err
}

// heard reads an answer out of its headers, as that of RecognizeText.
func heard(h http.Header) (text string, answer json.RawMessage, err error) {
	out := map[string]json.RawMessage{}
	for name, member := range map[string]string{"messages": "messages", "interpretations": "interpretations", "session-state": "sessionState"} {
		v := h.Get("X-Amz-Lex-" + name)
		if v == "" {
			continue
		}
		b, err := unpack(v)
		if err == nil && !json.Valid(b) {
			err = errors.New("no JSON")
		}
		if err != nil {
			return "", nil, fmt.Errorf("lex: x-amz-lex-%s: %w", name, err)
		}
		out[member] = b
	}
	if v := h.Get("X-Amz-Lex-Input-Transcript"); v != "" {
		b, err := unpack(v)
		if err != nil {
			return "", nil, fmt.Errorf("lex: x-amz-lex-input-transcript: %w", err)
		}
		// It is JSON where Amazon sends it: a text in quotes.
		if json.Unmarshal(b, &text) != nil {
			text = string(b)
		}
	}
	if out["sessionState"] == nil {
		return "", nil, errors.New("lex: the answer has no session state")
	}
	answer, err = json.Marshal(out)
	return text, answer, err
}

// pack writes a header as Lex wants it: gzip, in base64.
func pack(v any) (string, error) {
	doc, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err = z.Write(doc)
	err = errors.Join(err, z.Close())
	return base64.StdEncoding.EncodeToString(b.Bytes()), err
}

func unpack(v string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(v)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	b, err = io.ReadAll(io.LimitReader(z, mostHeader+1))
	if err == nil && len(b) > mostHeader {
		err = fmt.Errorf("more than %d octets", mostHeader)
	}
	return b, err
}
