package sdp

import (
	"errors"
	"strings"
	"testing"
)

func side() *Side {
	return &Side{ID: 7, Host: "192.0.2.1", Port: 4000, Codecs: []string{"PCMA", "PCMU", "G722"}, Ptime: 20, Events: true, Secure: Never}
}

func lines(s ...string) []byte { return []byte(strings.Join(s, "\r\n") + "\r\n") }

func TestOffer(t *testing.T) {
	s := side()
	want := "v=0\r\no=- 7 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" +
		"m=audio 4000 RTP/AVP 8 0 9 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:9 G722/8000\r\n" +
		"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
	if got := string(s.Offer(SendRecv).Marshal()); got != want {
		t.Errorf("offer:\n%s", got)
	}
	if got := s.Offer(SendRecv).Version; got != 1 {
		t.Errorf("the same offer again has version %d", got)
	}
	if got := s.Offer(SendOnly).Version; got != 2 {
		t.Errorf("another offer has version %d", got)
	}
}

func TestAnswer(t *testing.T) {
	const head = "v=0"
	for _, c := range []struct {
		name  string
		offer []byte
		want  string // of the terms
		mline string
		dir   string
	}{
		{"as most write it", lines(head, "o=x 1 1 IN IP4 198.51.100.1", "s=x", "c=IN IP4 198.51.100.1", "t=0 0", "m=audio 5000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000", "a=sendrecv"),
			"PCMA to 198.51.100.1:5000", "m=audio 4000 RTP/AVP 8 0 101", "sendrecv"},
		{"no rtpmap, no events, line feeds only", []byte("v=0\nc=IN IP4 198.51.100.1\nm=audio 5000 RTP/AVP 0\n"),
			"PCMU to 198.51.100.1:5000, no telephone-event", "m=audio 4000 RTP/AVP 0", "sendrecv"},
		{"address in the stream, other payload type of keys", lines(head, "m=audio 5000/2 RTP/AVP 0 96", "c=IN IP4 198.51.100.9/127", "a=rtpmap:96 TELEPHONE-EVENT/8000"),
			"PCMU to 198.51.100.9:5000", "m=audio 4000 RTP/AVP 0 96", "sendrecv"},
		{"hold", lines(head, "c=IN IP4 198.51.100.1", "m=audio 5000 RTP/AVP 8", "a=sendonly"),
			"PCMA to 198.51.100.1:5000, no telephone-event, recvonly", "m=audio 4000 RTP/AVP 8", "recvonly"},
		{"hold of the session", lines(head, "c=IN IP4 198.51.100.1", "a=inactive", "m=audio 5000 RTP/AVP 8"),
			"PCMA to 198.51.100.1:5000, no telephone-event, inactive", "m=audio 4000 RTP/AVP 8", "inactive"},
		{"hold of old", lines(head, "c=IN IP4 0.0.0.0", "m=audio 5000 RTP/AVP 8"),
			"PCMA to 0.0.0.0:5000, no telephone-event, recvonly", "m=audio 4000 RTP/AVP 8", "sendrecv"},
		{"a picture first", lines(head, "c=IN IP6 2001:db8::1", "m=video 6000 RTP/AVP 96", "a=rtpmap:96 H264/90000", "m=audio 5000 RTP/AVP 8"),
			"PCMA to 2001:db8::1:5000, no telephone-event", "m=audio 4000 RTP/AVP 8", "sendrecv"},
		{"G.722", lines(head, "c=IN IP4 198.51.100.1", "m=audio 5000 RTP/AVP 18 9", "a=rtpmap:9 G722/8000/1"),
			"G722 to 198.51.100.1:5000, no telephone-event", "m=audio 4000 RTP/AVP 9", "sendrecv"},
		{"a dynamic type for a static codec", lines(head, "c=IN IP4 198.51.100.1", "m=audio 5000 RTP/AVPF 97", "a=rtpmap:97 pcmu/8000"),
			"PCMU to 198.51.100.1:5000, no telephone-event", "m=audio 4000 RTP/AVPF 97", "sendrecv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			offer, err := Parse(c.offer)
			if err != nil {
				t.Fatal(err)
			}
			answer, terms, err := side().Answer(offer, SendRecv)
			if err != nil {
				t.Fatal(err)
			}
			text := string(answer.Marshal())
			if terms.String() != c.want || !strings.Contains(text, c.mline+"\r\n") || !strings.Contains(text, "a="+c.dir+"\r\n") {
				t.Errorf("%s\n%s", terms, text)
			}
			if len(answer.Media) != len(offer.Media) {
				t.Errorf("%d streams are answered by %d", len(offer.Media), len(answer.Media))
			}
			for i, m := range answer.Media {
				if m.Kind != offer.Media[i].Kind || m.Kind != "audio" && m.Port != 0 {
					t.Errorf("stream %d: %+v", i, m)
				}
			}
		})
	}
}

func TestNoAnswer(t *testing.T) {
	for want, offer := range map[error][]byte{
		ErrNoCodec:  lines("v=0", "c=IN IP4 198.51.100.1", "m=audio 5000 RTP/AVP 18"),
		ErrNoAudio:  lines("v=0", "c=IN IP4 198.51.100.1", "m=audio 0 RTP/AVP 0", "m=image 5000 udptl t38"),
		ErrSecurity: lines("v=0", "c=IN IP4 198.51.100.1", "m=audio 5000 RTP/SAVP 0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc"),
	} {
		d, err := Parse(offer)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := side().Answer(d, SendRecv); !errors.Is(err, want) {
			t.Errorf("%v, not %v", err, want)
		}
	}
}

func TestSecure(t *testing.T) {
	us, them := side(), side()
	us.Secure, us.Keys = Must, map[string]string{Suites()[0]: "ourkey80", Suites()[1]: "ourkey32"}
	them.Secure, them.Keys = May, map[string]string{Suites()[1]: "theirkey32"}
	offer := us.Offer(SendRecv)
	read, err := Parse(offer.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	answer, theirs, err := them.Answer(read, SendRecv)
	if err != nil {
		t.Fatal(err)
	}
	if read, err = Parse(answer.Marshal()); err != nil {
		t.Fatal(err)
	}
	ours, err := us.Accept(offer, read)
	if err != nil {
		t.Fatal(err)
	}
	if ours.Suite != Suites()[1] || ours.Key != "ourkey32" || ours.Their != "theirkey32" || theirs.Key != "theirkey32" || theirs.Their != "ourkey32" {
		t.Errorf("ours %+v\ntheirs %+v", ours, theirs)
	}
	plain, err := Parse(lines("v=0", "c=IN IP4 198.51.100.1", "m=audio 5000 RTP/AVP 8"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := us.Accept(offer, plain); !errors.Is(err, ErrSecurity) {
		t.Errorf("an answer without protection: %v", err)
	}
}

func TestAccept(t *testing.T) {
	s := side()
	offer := s.Offer(SendRecv)
	answer, err := Parse(lines("v=0", "c=IN IP4 198.51.100.1", "m=audio 5000 RTP/AVP 0 96", "a=rtpmap:96 telephone-event/8000",
		"a=rtcp:5500 IN IP4 198.51.100.2", "a=ptime:30", "a=recvonly"))
	if err != nil {
		t.Fatal(err)
	}
	terms, err := s.Accept(offer, answer)
	if err != nil {
		t.Fatal(err)
	}
	if terms.Codec.Name != "PCMU" || terms.EventOut != 96 || !terms.EventIn[101] || !terms.EventIn[96] || terms.RTCPPort != 5500 ||
		terms.RTCPHost != "198.51.100.2" || terms.Ptime != 30 || !terms.Sends || terms.Receives {
		t.Errorf("%+v", terms)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(side().Offer(SendRecv).Marshal()))
	f.Add(lines("v=0", "o=- 1 1 IN IP6 ::1", "c=IN IP6 ::1/3", "m=audio 5000/2 RTP/SAVP 0 96 300", "a=rtpmap:96 telephone-event/8000/1", "a=fmtp:96 0-15",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc|2^31|1:1", "a=rtcp:1 IN IP4 x", "a=ptime:20.5", "a=rtcp-mux", "m=video 1 x"))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := Parse(body)
		if err != nil {
			return
		}
		s := side()
		s.Secure, s.Keys = May, map[string]string{Suites()[0]: "key"}
		if answer, terms, err := s.Answer(d, SendRecv); err == nil {
			if len(answer.Media) != len(d.Media) || terms.Codec.Name == "" {
				t.Errorf("%+v", answer)
			}
			if _, err := Parse(answer.Marshal()); err != nil {
				t.Errorf("our own answer: %v", err)
			}
		}
		_, _ = s.Accept(s.Offer(SendRecv), d)
	})
}
