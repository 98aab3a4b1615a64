package sdp

import (
	"strings"
	"testing"
)

func wide(codecs ...string) *Side {
	s := side()
	s.Codecs = codecs
	return s
}

func TestOpusIsOffered(t *testing.T) {
	const want = "m=audio 4000 RTP/AVP 111 8 101 110\r\na=rtpmap:111 opus/48000/2\r\n" +
		"a=fmtp:111 maxplaybackrate=16000;sprop-maxcapturerate=16000;stereo=0;useinbandfec=1;usedtx=0\r\n" +
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n" +
		"a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-16\r\na=ptime:20\r\n"
	if got := string(wide("opus", "PCMA").Offer(SendRecv).Marshal()); !strings.Contains(got, want) {
		t.Errorf("offer:\n%s", got)
	}
}

// Whatever the other side offers of Opus, and of keys beside it.
func TestOpusIsAnswered(t *testing.T) {
	for _, c := range []struct {
		name   string
		codecs []string
		offer  []string // of the stream
		mline  string
		codec  string
		out    uint8 // payload type of keys
		clock  int
		wishes string
	}{
		{"keys on both clocks", []string{"opus", "PCMA"},
			[]string{"m=audio 5000 RTP/AVP 8 96 97 98", "a=rtpmap:96 OPUS/48000/2", "a=fmtp:96 useinbandfec=1", "a=rtpmap:97 telephone-event/8000", "a=rtpmap:98 telephone-event/48000"},
			"m=audio 4000 RTP/AVP 96 8 97 98", "opus", 98, 48000, "useinbandfec=1"},
		{"our order: not Opus", []string{"PCMA", "opus"},
			[]string{"m=audio 5000 RTP/AVP 96 8 97 98", "a=rtpmap:96 opus/48000/2", "a=rtpmap:97 telephone-event/8000", "a=rtpmap:98 telephone-event/48000"},
			"m=audio 4000 RTP/AVP 8 96 97 98", "PCMA", 97, 8000, ""},
		{"keys on the other clock only", []string{"opus"},
			[]string{"m=audio 5000 RTP/AVP 96 101", "a=rtpmap:96 opus/48000/2", "a=rtpmap:101 telephone-event/8000"},
			"m=audio 4000 RTP/AVP 96 101", "opus", 101, 8000, ""},
		{"keys of Opus only, and no Opus here", []string{"PCMA"},
			[]string{"m=audio 5000 RTP/AVP 96 8 98", "a=rtpmap:96 opus/48000/2", "a=rtpmap:98 telephone-event/48000"},
			"m=audio 4000 RTP/AVP 8", "PCMA", 0, 0, ""},
		{"no keys", []string{"opus"},
			[]string{"m=audio 5000 RTP/AVP 96", "a=rtpmap:96 opus/48000/2"},
			"m=audio 4000 RTP/AVP 96", "opus", 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			offer, err := Parse(lines(append([]string{"v=0", "c=IN IP4 198.51.100.1"}, c.offer...)...))
			if err != nil {
				t.Fatal(err)
			}
			answer, terms, err := wide(c.codecs...).Answer(offer, SendRecv)
			if err != nil {
				t.Fatal(err)
			}
			text := string(answer.Marshal())
			if !strings.Contains(text, c.mline+"\r\n") || terms.Codec.Name != c.codec || terms.EventOut != c.out || terms.EventClock != c.clock || terms.Codec.Fmtp != c.wishes {
				t.Errorf("%+v\n%s", terms, text)
			}
			if strings.Contains(c.mline, " 96") && !strings.Contains(text, "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 maxplaybackrate=16000;") {
				t.Errorf("our own wishes are not in it:\n%s", text)
			}
			for _, m := range answer.Media {
				for _, f := range m.Formats {
					if f.Name == Event && !terms.EventIn[f.Type] {
						t.Errorf("keys of type %d are answered, and not understood", f.Type)
					}
				}
			}
		})
	}
}

func TestOpusIsAccepted(t *testing.T) {
	for _, c := range []struct {
		answer []string
		codec  Format
		out    uint8
		clock  int
	}{
		{[]string{"m=audio 5000 RTP/AVP 111 110", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 usedtx=1", "a=rtpmap:110 telephone-event/48000"}, Format{111, Opus, 48000, "usedtx=1"}, 110, 48000},
		{[]string{"m=audio 5000 RTP/AVP 96 101", "a=rtpmap:96 opus/48000/2", "a=rtpmap:101 telephone-event/8000"}, Format{96, Opus, 48000, ""}, 101, 8000},
		{[]string{"m=audio 5000 RTP/AVP 8 101 110", "a=rtpmap:101 telephone-event/8000", "a=rtpmap:110 telephone-event/48000"}, Format{8, "PCMA", 8000, ""}, 101, 8000},
	} {
		s := wide("opus", "PCMA")
		answer, err := Parse(lines(append([]string{"v=0", "c=IN IP4 198.51.100.1"}, c.answer...)...))
		if err != nil {
			t.Fatal(err)
		}
		terms, err := s.Accept(s.Offer(SendRecv), answer)
		if err != nil {
			t.Fatal(err)
		}
		if terms.Codec != c.codec || terms.EventOut != c.out || terms.EventClock != c.clock || terms.Receive[111] != Opus || !terms.EventIn[101] || !terms.EventIn[110] {
			t.Errorf("%v: %+v", c.answer, terms)
		}
	}
}
