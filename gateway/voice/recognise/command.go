package recognise

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"outdial/gateway/voice/audio"
)

// mostText is how much text a recogniser may give.
const mostText = 16 << 10

// at brings sound to the rate that the recogniser wants.
func (t *Turn) at(pcm []int16) audio.Clip {
	return audio.Clip{Rate: audio.Rate, Samples: pcm}.At(t.set.Rate)
}

// command has words recognised by a program. No shell is between, and nothing
// that the caller says is part of a command.
func (t *Turn) command(ctx context.Context, spoken []int16) (string, error) {
	select {
	case t.slots <- struct{}{}:
		defer func() { <-t.slots }()
	case <-ctx.Done():
		return "", fmt.Errorf("no room for one more recogniser: %w", ctx.Err())
	}
	clip := t.at(spoken)
	var in bytes.Buffer
	if t.set.Raw {
		in.Write(audio.Bytes(nil, clip.Samples))
	} else if err := audio.WriteWAV(&in, clip); err != nil {
		return "", err
	}
	words, file := t.ask.words(), ""
	argv := make([]string, 0, len(t.set.Command))
	for _, a := range t.set.Command {
		if strings.Contains(a, "{file}") && file == "" {
			dir, err := os.MkdirTemp("", "outdial-words-")
			if err != nil {
				return "", err
			}
			defer os.RemoveAll(dir)
			file = filepath.Join(dir, "words.wav")
			if err := os.WriteFile(file, in.Bytes(), 0o600); err != nil {
				return "", err
			}
		}
		argv = append(argv, strings.ReplaceAll(words.Replace(a), "{file}", file))
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	if file == "" {
		cmd.Stdin = &in
	}
	cmd.WaitDelay = time.Second
	out, complaint := &bounded{most: mostText}, &bounded{most: 1024}
	cmd.Stdout, cmd.Stderr = out, complaint
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return "", fmt.Errorf("%s: %w: %s", filepath.Base(argv[0]), err, strings.TrimSpace(complaint.String()))
	}
	return strings.ToValidUTF8(out.String(), ""), nil
}

// bounded keeps the beginning of what is written, and takes the rest in silence.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.most - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
