package webhook

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/wire"
)

const arn = "arn:aws:lambda:eu-central-1:111122223333:function:lookup"

func call(arn string) contact.InvokeFunction {
	return contact.InvokeFunction{Visit: 5, ARN: arn, Payload: []byte(`{"Name":"ContactFlowEvent"}`), Timeout: 8, Invocation: "i-1"}
}

func functions(t *testing.T, c FunctionsConfig) *Functions {
	t.Helper()
	f, err := NewFunctions(c)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// returned does a call, which never gives a Go error.
func returned(t *testing.T, f *Functions, e contact.InvokeFunction) (contact.FunctionReturned, string) {
	t.Helper()
	r, err := f.Do(t.Context(), &contact.Contact{}, e)
	if err != nil {
		t.Fatal(err)
	}
	back := r.Input.(contact.FunctionReturned)
	if back.Visit != 5 || back.Invocation != "i-1" {
		t.Errorf("%+v", back)
	}
	return back, r.Note
}

func TestFunctionAtItsURL(t *testing.T) {
	var got seen
	answers := far(t, func(w http.ResponseWriter, r *http.Request) {
		got = see(r)
		fmt.Fprint(w, `{"name":"Ann"}`)
	})
	for key, called := range map[string]string{arn: arn, arn + ":live": arn + ":live", "lookup": arn + ":$LATEST"} {
		f := functions(t, FunctionsConfig{HTTP: answers, URLs: map[string]string{key: "http://functions.example/lookup"}})
		back, note := returned(t, f, call(called))
		if string(back.Payload) != `{"name":"Ann"}` || back.Error != "" || note != "" || !f.Serves(called) {
			t.Errorf("%s: %+v, %q", called, back, note)
		}
		if got.method != "POST" || got.uri != "/lookup" || got.body != `{"Name":"ContactFlowEvent"}` {
			t.Errorf("%+v", got)
		}
	}
	f := functions(t, FunctionsConfig{HTTP: answers, URLs: map[string]string{"lookup": "http://functions.example/lookup"}})
	for _, other := range []string{arn + "s", "lookups", ""} {
		if back, _ := returned(t, f, call(other)); back.Error == "" || back.Payload != nil || f.Serves(other) {
			t.Errorf("%q: %+v", other, back)
		}
	}
}

func TestFunctionAnswers(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		calls      int
		payload    string
		err        string
	}{
		{"empty", "", 204, 1, "null", ""},
		{"any 2xx", "[1]", 202, 1, "[1]", ""},
		{"no JSON", "<html>", 200, 1, "", "not JSON"},
		{"at the limit", `"` + strings.Repeat("x", functionAnswer-2) + `"`, 200, 1, `"` + strings.Repeat("x", functionAnswer-2) + `"`, ""},
		{"over the limit", `"` + strings.Repeat("x", functionAnswer-1) + `"`, 200, 1, "", "over 32768 bytes"},
		{"its own error", "", 404, 1, "", "answered 404"},
		{"a redirect", "", 302, 1, "", "answered 302"},
		{"throttled", "", 429, 4, "", "answered 429"},
		{"broken", "", 502, 4, "", "answered 502"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				f := functions(t, FunctionsConfig{URLs: map[string]string{arn: "http://f.example/"}, HTTP: far(t, func(w http.ResponseWriter, r *http.Request) {
					calls++
					w.Header().Set("Location", "http://elsewhere.example/")
					w.WriteHeader(c.status)
					if c.body != "" {
						fmt.Fprint(w, c.body)
					}
				})})
				back, _ := returned(t, f, call(arn))
				if string(back.Payload) != c.payload || (c.err == "") != (back.Error == "") || !strings.Contains(back.Error, c.err) || calls != c.calls {
					t.Errorf("%d calls, %d bytes, error %q", calls, len(back.Payload), back.Error)
				}
			})
		})
	}
}

// Stand-ins of Lambda tell a function's error at its own URL as Lambda does.
func TestFunctionErrorAtItsURL(t *testing.T) {
	f := functions(t, FunctionsConfig{URLs: map[string]string{arn: "http://f.example/"}, HTTP: far(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		fmt.Fprint(w, `{"errorType":"KeyError","errorMessage":"'phone'"}`)
	})})
	if back, _ := returned(t, f, call(arn)); back.Error != "function error Unhandled KeyError 'phone'" || back.Payload != nil {
		t.Errorf("%+v", back)
	}
}

func TestFunctionIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		f := functions(t, FunctionsConfig{URLs: map[string]string{arn: "http://f.example/"}, HTTP: far(t, func(w http.ResponseWriter, r *http.Request) {
			if calls++; calls < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			fmt.Fprint(w, `{}`)
		})})
		back, note := returned(t, f, call(arn))
		if string(back.Payload) != "{}" || note != "the function was called 3 times" {
			t.Errorf("%+v, %q", back, note)
		}
	})
}

func TestFunctionLimits(t *testing.T) {
	for _, c := range []struct {
		timeout int
		async   bool
		want    time.Duration
	}{{3, false, 3 * time.Second}, {0, false, 8 * time.Second}, {60, false, 8 * time.Second}, {60, true, time.Minute}} {
		synctest.Test(t, func(t *testing.T) {
			f := functions(t, FunctionsConfig{URLs: map[string]string{arn: "http://f.example/"}, HTTP: far(t, silent)})
			e := call(arn)
			e.Timeout, e.Async = c.timeout, c.async
			began := time.Now()
			back, _ := returned(t, f, e)
			if took := time.Since(began); took != c.want || back.Error != "no answer within "+c.want.String() {
				t.Errorf("%+v: %v, %q", c, took, back.Error)
			}
		})
	}
}

func TestInvokeAPI(t *testing.T) {
	var got seen
	var answer func(w http.ResponseWriter)
	f := functions(t, FunctionsConfig{
		Invoke: Service{URL: "http://lambda.example/base/", Credentials: wire.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "geheim"}},
		HTTP: far(t, func(w http.ResponseWriter, r *http.Request) {
			got = see(r)
			answer(w)
		})})
	answer = func(w http.ResponseWriter) { fmt.Fprint(w, `{"x":1}`) }
	if back, _ := returned(t, f, call(arn)); string(back.Payload) != `{"x":1}` || !f.Serves(arn) {
		t.Errorf("%+v", back)
	}
	if got.method != "POST" || got.uri != "/base/2015-03-31/functions/"+arn+"/invocations" || got.header.Get("X-Amz-Invocation-Type") != "RequestResponse" {
		t.Errorf("%+v", got)
	}
	auth := got.header.Get("Authorization")
	if !strings.Contains(auth, "Credential=AKIAEXAMPLE/") || !strings.Contains(auth, "/eu-central-1/lambda/aws4_request") || strings.Contains(fmt.Sprint(got.header), "geheim") {
		t.Errorf("signed as %q", auth)
	}
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter)
		err    string
	}{
		{"the function failed", func(w http.ResponseWriter) {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			fmt.Fprint(w, `{"errorType":"KeyError","errorMessage":"'phone'"}`)
		}, "function error Unhandled KeyError 'phone'"},
		{"there is none", func(w http.ResponseWriter) {
			w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException:http://internal.amazon.com/coral/")
			w.WriteHeader(404)
			fmt.Fprint(w, `{"Type":"User","Message":"Function not found"}`)
		}, "answered 404 ResourceNotFoundException Function not found"},
	} {
		answer = c.answer
		if back, _ := returned(t, f, call(arn)); back.Error != c.err || back.Payload != nil {
			t.Errorf("%s: %+v", c.name, back)
		}
	}
	unsigned := functions(t, FunctionsConfig{Invoke: Service{URL: "http://lambda.example"}, HTTP: far(t, func(w http.ResponseWriter, r *http.Request) { got = see(r) })})
	if returned(t, unsigned, call(arn)); got.header.Get("Authorization") != "" {
		t.Errorf("signed without a key: %v", got.header)
	}
}

func TestNobodyIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := functions(t, FunctionsConfig{URLs: map[string]string{arn: "http://ann:geheim@f.example/?token=geheim"}, HTTP: refusing{}})
		back, note := returned(t, f, call(arn))
		if !strings.Contains(back.Error, "refused") || strings.Contains(back.Error, "geheim") || note != "the function was called 4 times" {
			t.Errorf("%+v, %q", back, note)
		}
	})
}

type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("connection refused")
}

func TestFunctionsConfig(t *testing.T) {
	for _, c := range []FunctionsConfig{{URLs: map[string]string{arn: "nowhere"}}, {Invoke: Service{URL: "file:///etc/passwd"}}} {
		if _, err := NewFunctions(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}
