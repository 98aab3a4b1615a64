package api

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"

	"outdial/fault"
	"outdial/resource"
	"outdial/wire"
)

// maxFlow is how many characters the content of a flow may have.
// https://docs.aws.amazon.com/connect/latest/adminguide/feature-limits.html
const maxFlow = 256000

// Qualifiers of a flow's id: what is saved and not published, what is newest.
const (
	savedQualifier  = "$SAVED"
	latestQualifier = "$LATEST"
)

// qualified takes the qualifier off a flow's id or ARN: "ID:$SAVED", "…/ID:3".
func qualified(ref string) (bare, qualifier string) {
	slash := strings.LastIndexByte(ref, '/') + 1
	if slash == 0 && strings.HasPrefix(ref, "arn:") {
		return ref, ""
	}
	if colon := strings.IndexByte(ref[slash:], ':'); colon >= 0 {
		return ref[:slash+colon], ref[slash+colon+1:]
	}
	return ref, ""
}

// contentHash names a content.
func contentHash(content string) string {
	h := sha256.Sum256([]byte(content))
	return hex.EncodeToString(h[:])
}

// checkSize refuses a content that is too long.
func checkSize(content string) error {
	if content == "" {
		return wire.Invalid("Content", "must not be empty")
	}
	if len(content) <= maxFlow {
		return nil
	}
	if n := utf8.RuneCountInString(content); n > maxFlow {
		return wire.Invalid("Content", "at most %d characters, not %d", maxFlow, n)
	}
	return nil
}

// A flowContent is one content of a flow: published, saved, or a version.
type flowContent struct {
	content, hash, status string
	version               int64
	description           string
	settings              string
}

// contentOf picks the content that a qualifier names.
func contentOf(f *resource.Flow, qualifier string) (flowContent, error) {
	switch qualifier {
	case savedQualifier:
		c := flowContent{content: f.Draft, status: resource.Saved, settings: f.Settings}
		if c.content == "" {
			c.content = f.Content
		}
		c.hash = contentHash(c.content)
		return c, nil
	case "", latestQualifier:
		if f.Hash == "" {
			return flowContent{}, wire.Errorf("ContactFlowNotPublished",
				"ContactFlowId: %s was never published; ask for %s:%s to see what is saved", quote(f.Name), f.ID, savedQualifier)
		}
		return flowContent{content: f.Content, hash: f.Hash, status: resource.Published, settings: f.Settings}, nil
	}
	v, err := versionOf(f, qualifier)
	if err != nil {
		return flowContent{}, err
	}
	return flowContent{v.Content, v.Hash, resource.Published, v.Version, v.Description, v.Settings}, nil
}

// versionOf finds a version by its number, or by an alias's name or id.
func versionOf(f *resource.Flow, qualifier string) (resource.FlowVersion, error) {
	number, err := strconv.ParseInt(qualifier, 10, 64)
	if err != nil {
		for _, a := range f.Aliases {
			if a.Name == qualifier || a.ID == qualifier {
				number = a.Version
			}
		}
	}
	for _, v := range f.Versions {
		if v.Version == number {
			return v, nil
		}
	}
	return resource.FlowVersion{}, fault.New(fault.NotFound, "%s has no version %s", quote(f.Name), quote(qualifier))
}
