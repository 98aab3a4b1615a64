//go:build !opus

package audio

// builtIn are the codecs that a build tag brings: none here.
func builtIn() []Format { return nil }
