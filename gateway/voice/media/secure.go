package media

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"github.com/pion/srtp/v3"

	"outdial/gateway/voice/sdp"
)

// keeper protects a stream. Its contexts are nil where it is not protected.
// RFC 3711
type keeper struct{ out, in *srtp.Context }

// profiles are the suites by their names in SDP, with the length of key and salt.
var profiles = map[string]struct {
	profile   srtp.ProtectionProfile
	key, salt int
}{
	"AES_CM_128_HMAC_SHA1_80": {srtp.ProtectionProfileAes128CmHmacSha1_80, 16, 14},
	"AES_CM_128_HMAC_SHA1_32": {srtp.ProtectionProfileAes128CmHmacSha1_32, 16, 14},
}

// NewKeys makes fresh keys for a call, one for each suite.
func NewKeys() map[string]string {
	keys := map[string]string{}
	for _, suite := range sdp.Suites() {
		b := make([]byte, profiles[suite].key+profiles[suite].salt)
		rand.Read(b)
		keys[suite] = base64.StdEncoding.EncodeToString(b)
	}
	return keys
}

// agree makes the contexts for new terms, and keeps those whose key stays.
func (k *keeper) agree(t, before *sdp.Terms) error {
	if t.Suite == "" {
		k.out, k.in = nil, nil
		return nil
	}
	if before == nil || before.Suite != t.Suite || before.Key != t.Key || k.out == nil {
		c, err := keyed(t.Suite, t.Key)
		if err != nil {
			return err
		}
		k.out = c
	}
	if before == nil || before.Suite != t.Suite || before.Their != t.Their || k.in == nil {
		c, err := keyed(t.Suite, t.Their, srtp.SRTPReplayProtection(128), srtp.SRTCPReplayProtection(64))
		if err != nil {
			return err
		}
		k.in = c
	}
	return nil
}

func keyed(suite, key string, opts ...srtp.ContextOption) (*srtp.Context, error) {
	p, ok := profiles[suite]
	if !ok {
		return nil, fmt.Errorf("the suite %s is not known", suite)
	}
	b, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(b) != p.key+p.salt {
		return nil, fmt.Errorf("a key of %s has %d octets in base64, not %d", suite, p.key+p.salt, len(b))
	}
	return srtp.CreateContext(b[:p.key], b[p.key:], p.profile, opts...)
}
