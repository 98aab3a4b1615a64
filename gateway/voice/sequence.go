package voice

import (
	"context"

	"outdial/contact"
	"outdial/gateway/voice/audio"
)

// A sequence is a media.Source of clips, one after the other. It shares their
// samples: many callers may wait to the same music.
type sequence struct {
	clips []audio.Clip // of one rate
	clip  int          // which of them plays
	at    int          // its next sample
	loop  bool         // over and over
}

func newSequence(clips []audio.Clip, loop bool) *sequence {
	s := &sequence{loop: loop}
	for _, c := range clips {
		if len(c.Samples) > 0 {
			s.clips = append(s.clips, c)
		}
	}
	return s
}

// empty tells that there is nothing to hear.
func (s *sequence) empty() bool { return len(s.clips) == 0 }

// Next fills pcm, and tells whether anything is left.
func (s *sequence) Next(pcm []int16) bool {
	for s.clip < len(s.clips) {
		samples := s.clips[s.clip].Samples
		n := copy(pcm, samples[s.at:])
		pcm, s.at = pcm[n:], s.at+n
		if s.at < len(samples) {
			return true
		}
		s.clip, s.at = s.clip+1, 0
		if s.loop {
			s.clip %= len(s.clips)
		}
		if len(pcm) == 0 {
			break
		}
	}
	return s.clip < len(s.clips)
}

// to gives what is left of the sequence at another rate.
func (s *sequence) to(rate int) *sequence {
	out := &sequence{clip: s.clip, loop: s.loop}
	for i, c := range s.clips {
		if i == s.clip && c.Rate > 0 {
			out.at = s.at * rate / c.Rate
		}
		out.clips = append(out.clips, c.At(rate))
	}
	if out.clip < len(out.clips) {
		out.at = min(out.at, len(out.clips[out.clip].Samples))
	}
	return out
}

// clips gives the sound of prompts, those that are built in among them.
func (g *Gateway) clips(ctx context.Context, rate int, prompts ...contact.Prompt) ([]audio.Clip, error) {
	out := make([]audio.Clip, 0, len(prompts))
	for _, p := range prompts {
		if p.URI == builtinMusic && g.set.Hold != "" {
			p.URI = g.set.Hold
		}
		c, ok := builtin(p.URI)
		if !ok {
			var err error
			if c, err = g.opt.Speaker.Clip(ctx, p, rate); err != nil {
				return nil, err
			}
		}
		out = append(out, c.At(rate))
	}
	return out, nil
}

// holdMusic is what a caller hears who waits, and for whom no flow plays
// anything: the operator's own, else what is built in.
func (g *Gateway) holdMusic(rate int) []audio.Clip {
	ctx, cancel := context.WithTimeout(context.Background(), holdPatience)
	defer cancel()
	clips, err := g.clips(ctx, rate, contact.Prompt{URI: builtinMusic})
	if err != nil {
		g.log.Warn("the hold music cannot be had, and another plays", "err", err)
		clips = []audio.Clip{music().At(rate)}
	}
	return clips
}
