//go:build peers

package voice

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"outdial/contact"
	"outdial/gateway"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/sdp"
	"outdial/gateway/voice/voicetest"
)

// output is what a program has said so far.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// until waits until f is true.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: it does not come", what)
		}
	}
}

// freePair is a free port whose next one is free too: baresip takes it for TLS.
func freePair(t *testing.T) int {
	t.Helper()
	for range 100 {
		port := freePort(t)
		l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port+1))
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no two ports are free")
	return 0
}

// baresip runs a telephone that answers every call: it says a tone of 800 Hz, and
// writes what it hears into files that match heard.
func baresip(t *testing.T) (target, heard string, said *output, command func(string)) {
	t.Helper()
	return baresipWith(t, "", audio.Clip{Rate: 8000, Samples: audio.Tone(8000, 60*time.Second, 9000, 800)})
}

// baresipWith is baresip that says another sound, with parameters of its account
// and the modules that they need.
func baresipWith(t *testing.T, account string, sound audio.Clip, modules ...string) (target, heard string, said *output, command func(string)) {
	t.Helper()
	dir := t.TempDir()
	port, control := freePair(t), freePort(t)
	var tone bytes.Buffer
	if err := audio.WriteWAV(&tone, sound); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"tone.wav": tone.String(),
		"accounts": fmt.Sprintf("<sip:+12065550123@127.0.0.1:%d>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1%s\n", port, account),
		"contacts": "",
		"config": strings.Join([]string{
			"module_path /usr/lib/baresip/modules", fmt.Sprintf("sip_listen 127.0.0.1:%d", port), "audio_path " + dir,
			"audio_source aufile," + dir + "/tone.wav", "audio_player aubridge,ear", "snd_path " + dir, "audio_alert aufile,/dev/null", "rtp_ports 21000-29000",
			"module stdio.so", "module g711.so", "module aufile.so", "module aubridge.so", "module sndfile.so", "module_app account.so", "module_app menu.so", "module_tmp uuid.so",
			"module_app ctrl_tcp.so", fmt.Sprintf("ctrl_tcp_listen 127.0.0.1:%d", control), "",
		}, "\n") + strings.Join(modules, "\n") + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("baresip", "-f", dir)
	said = new(output)
	cmd.Stdout, cmd.Stderr = said, said
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said)
		}
	})
	until(t, "baresip", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", control))
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	command = func(s string) {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", control))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		doc := fmt.Sprintf(`{"command":"%s"}`, s)
		if _, err := fmt.Fprintf(c, "%d:%s,", len(doc), doc); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 4096)); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("127.0.0.1:%d", port), filepath.Join(dir, "dump-*-dec.wav"), said, command
}

// A telephone that we did not write hears our prompt, and we hear it.
func TestBaresip(t *testing.T) {
	target, file, said, _ := baresip(t)
	callBaresip(t, newPeered(t, target, nil), "PCMA", file, said)
}

// The same where the sound is protected, with keys in the description (SDES): a
// telephone that takes no other call.
func TestBaresipSecure(t *testing.T) {
	target, file, said, _ := baresipWith(t, ";mediaenc=srtp-mand", audio.Clip{Rate: 8000, Samples: audio.Tone(8000, 60*time.Second, 9000, 800)}, "module srtp.so")
	p := newPeered(t, target, func(t *Trunk) { t.Secure = sdp.Must })
	callBaresip(t, p, "PCMA", file, said)
	ladder := p.gw.Ladder(alice)
	if !strings.Contains(ladder, "AES_CM_128_HMAC_SHA1_80") {
		t.Errorf("the ladder does not say that it was protected:\n%s", ladder)
	}
	plain := newPeered(t, target, nil)
	plain.do(placeCall())
	if end := plain.wants("CallEnded").(contact.CallEnded); end.Code != "488" && end.By != contact.ByNetwork {
		t.Errorf("without protection: %+v", end)
	}
}

// callBaresip is a call in which both sides hear each other, and we press keys.
func callBaresip(t *testing.T, p *peered, codec, file string, said *output) {
	t.Helper()
	p.do(placeCall())
	for {
		if in := p.next(); contact.InputKind(in) == "CallAnswered" {
			break
		} else if contact.InputKind(in) != "CallRinging" {
			t.Fatalf("%+v\n%s", in, said)
		}
	}
	k, _ := p.gw.call(alice)
	var mu sync.Mutex
	var heard []int16
	k.media.Tap(func(h, _ []int16) {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, h...)
	})
	p.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("long")})
	until(t, "sound from baresip", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(heard) > 24000
	})
	mu.Lock()
	if l := voicetest.Level(heard[8000:24000], 800); l < -15 || l > -9 {
		t.Errorf("its tone comes at %.1f dB", l)
	}
	mu.Unlock()
	k.media.Press("12#")
	until(t, "keys at baresip", func() bool {
		s := said.String()
		return strings.Contains(s, "'1'") && strings.Contains(s, "'2'") && strings.Contains(s, "'#'")
	})
	if st := k.media.Stats(); st.Received < 100 || st.Strangers > 0 || st.Codec != codec {
		t.Errorf("%+v", st)
	}
	if end, ok := p.do(contact.EndCall{}).Input.(contact.CallEnded); !ok || end.By != contact.BySystem {
		t.Errorf("%+v", end)
	}
	var clip audio.Clip
	until(t, "what baresip heard", func() bool {
		files, err := filepath.Glob(file)
		if err != nil || len(files) == 0 {
			return false
		}
		b, err := os.ReadFile(files[0])
		if err == nil {
			clip, err = audio.ReadWAV(b)
		}
		return err == nil && len(clip.Samples) > 16000
	})
	clip = clip.At(audio.Rate)
	// Our prompt of 440 Hz is in what it wrote down.
	best := -200.0
	for i := 0; i+8000 <= len(clip.Samples); i += 4000 {
		best = max(best, voicetest.Level(clip.Samples[i:i+8000], 440))
	}
	if best < -15 {
		t.Errorf("our prompt is at %.1f dB in what baresip heard", best)
	}
}

func TestBaresipHangsUp(t *testing.T) {
	target, _, said, command := baresip(t)
	p := newPeered(t, target, nil)
	p.do(placeCall())
	for {
		if in := p.next(); contact.InputKind(in) == "CallAnswered" {
			break
		}
	}
	command("hangup")
	if end := p.wants("CallEnded").(contact.CallEnded); end.By != contact.ByCustomer {
		t.Errorf("%+v\n%s", end, said)
	}
}

// kamailioConfig is a registrar that lets nobody in who does not know the
// password, and brings calls to whoever is registered.
const kamailioConfig = `#!KAMAILIO
debug=1
log_stderror=yes
fork=no
children=2
listen=udp:127.0.0.1:%d
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("registrar", "max_expires", 3600)
request_route {
	if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
	if (is_method("OPTIONS") && uri == myself) { sl_send_reply("200", "OK"); exit; }
	if (has_totag()) {
		if (loose_route()) { t_relay(); exit; }
		if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
		sl_send_reply("404", "Not Here");
		exit;
	}
	if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
	if (is_method("REGISTER")) {
		if (!pv_www_authenticate("127.0.0.1", "secret", "0")) { www_challenge("127.0.0.1", "1"); exit; }
		save("location");
		exit;
	}
	if ($fU == "acme" || $hdr(X-Ours) == "yes") {
		if (!pv_proxy_authenticate("127.0.0.1", "secret", "0")) { proxy_challenge("127.0.0.1", "1"); exit; }
		consume_credentials();
	}
	record_route();
	if (!lookup("location")) { sl_send_reply("404", "Nobody There"); exit; }
	t_relay();
}
`

// A registrar with authentication: we register, are called through it, and call
// through it ourselves.
func TestKamailio(t *testing.T) {
	port := freePort(t)
	dir := t.TempDir()
	config := filepath.Join(dir, "kamailio.cfg")
	if err := os.WriteFile(config, fmt.Appendf(nil, kamailioConfig, port), 0o600); err != nil {
		t.Fatal(err)
	}
	said := new(output)
	cmd := exec.Command("kamailio", "-f", config, "-DD", "-E", "-m", "32", "-w", dir, "-Y", dir, "-P", filepath.Join(dir, "pid"))
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said)
		}
	})
	target := fmt.Sprintf("127.0.0.1:%d", port)
	p := newPeered(t, target, func(t *Trunk) {
		t.User, t.Password, t.Domain, t.Register, t.Proxy = "acme", "secret", "127.0.0.1", true, target
		t.Headers = map[string]string{"X-Ours": "yes"}
		t.Identity = "none"
	})
	until(t, "registration", func() bool {
		r := p.gw.Health().Registration
		return r != nil && r.Registered
	})

	// A call to a number that is nobody's, with our password asked for by 407.
	p.do(placeCall())
	end := p.wants("CallEnded").(contact.CallEnded)
	if end.Code != "404" || end.Phrase != "Nobody There" || !strings.Contains(end.Ladder, "407 ") {
		t.Errorf("%+v\n%s", end, end.Ladder)
	}

	// Somebody calls our user through the registrar: it comes to us.
	caller, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	phone := voicetest.NewPhone(t, caller)
	defer phone.Close()
	registrar := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))
	d := phone.Call("+12065550123", "acme", registrar, "", voicetest.SDP("127.0.0.1", 6000))
	ok := phone.Await("200")
	d.Answered(ok)
	d.RouteBack(ok)
	d.Request("ACK", "")
	var arrived gateway.Arrival
	select {
	case arrived = <-p.in:
	case <-time.After(10 * time.Second):
		t.Fatal("the call does not come")
	}
	if !arrived.Voice || arrived.Line.Customer != "+12065550123" || arrived.Line.System != "acme" {
		t.Errorf("%+v", arrived)
	}
	p.wants("CallAnswered")
	r, err := p.gw.Do(context.Background(), &contact.Contact{ID: arrived.Contact}, contact.EndCall{})
	if err != nil {
		t.Fatal(err)
	}
	phone.Reply(phone.Await("BYE"), "200 OK", "", "")
	if e, ok := r.Input.(contact.CallEnded); !ok || e.By != contact.BySystem {
		t.Errorf("%+v", r)
	}
}
