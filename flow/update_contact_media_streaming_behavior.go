package flow

import (
	"encoding/json"
	"slices"
	"strconv"

	"outdial/contact"
)

// updateContactMediaStreamingBehavior starts or stops the live stream of a
// call's sound.
var updateContactMediaStreamingBehavior = Spec{
	Doc: docs + "contact-actions-updatecontactmediastreamingbehavior.html",
	Params: []Param{
		{Name: "MediaStreamingState", Use: S, Required: true, Enum: []string{"Enabled", "Disabled"}},
		{Name: "Participants", Shape: List, Use: S, Required: true, Min: 1, Members: []Param{{Shape: Object, Members: []Param{
			{Name: "ParticipantType", Use: S, Required: true, Enum: []string{"Customer"}},
			{Name: "MediaDirections", Shape: List, Use: S, Required: true, Min: 1, Members: []Param{{Use: S, Enum: []string{"From", "To"}}}},
		}}}},
		{Name: "MediaStreamType", Use: S, Required: true, Enum: []string{"Audio"}},
	},
	Errors:   []ErrorRule{{Type: noMatch}},
	Channels: V,
	Flows:    I | Q | CW | OW | AW | TA | TQ,
	Waits:    true,
	Sets:     []string{"MediaStreams"},
	Run:      runUpdateContactMediaStreamingBehavior,
}

// A streaming is what is streamed of a contact. It is kept as Contact.Streaming.
type streaming struct {
	State  string   `json:"MediaStreamingState"`
	Tracks []string `json:"MediaDirections,omitempty"`
}

func runUpdateContactMediaStreamingBehavior(t *Turn) Next {
	if _, ok := t.Input.(contact.StreamChanged); ok {
		return t.streamed()
	}
	if t.Input != nil {
		return Ignore
	}
	was, now := t.streaming(), streaming{State: t.Text("MediaStreamingState")}
	if now.State == "Enabled" {
		now.Tracks = t.directions()
	}
	if was.State != "Enabled" && now.State != "Enabled" {
		return t.NextSaying("nothing was streamed")
	}
	if was.State == now.State && slices.Equal(was.Tracks, now.Tracks) {
		return t.NextSaying("it is streamed already")
	}
	t.Keep(now)
	t.Do(contact.StreamCall{Visit: t.Visit(), Enabled: now.State == "Enabled", Tracks: now.Tracks})
	return Wait
}

// streaming is what is streamed now.
func (t *Turn) streaming() (was streaming) {
	// What is kept was written here; at the worst it is as if nothing streamed.
	_ = json.Unmarshal(t.Contact.Streaming, &was)
	return was
}

// streamed goes on once the stream has begun, or has ended.
func (t *Turn) streamed() Next {
	was, now := t.streaming(), streaming{}
	if !t.Kept(&now) {
		return Ignore
	}
	t.Contact.Streaming, _ = json.Marshal(now)
	t.setStream(now.State == "Enabled", was.State == "Enabled")
	return t.Next()
}

// directions gives the directions of all participants, each once.
func (t *Turn) directions() []string {
	var out []string
	if list := t.node.params.at("Participants"); list != nil {
		for i := range list.items {
			if m := list.items[i].at("MediaDirections"); m != nil {
				for j := range m.items {
					out = append(out, t.textOf(&m.items[j]))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// setStream fills $.MediaStreams: the stream bears the contact's name, and times
// are in milliseconds, as texts.
func (t *Turn) setStream(on, was bool) {
	i := t.instance()
	stamp := strconv.FormatInt(t.At.UnixMilli(), 10)
	audio := map[string]any{
		"StreamARN": "arn:" + partition(i.Partition) + ":kinesisvideo:" + i.Region + ":" + i.Account + ":stream/" +
			i.Name + "-connect-" + string(t.Contact.ID) + "/" + stamp,
		"StartTimestamp": stamp, "StartFragmentNumber": "1",
	}
	if was {
		if old, ok := t.walk(t.Contact.Vars["MediaStreams"], []segment{{name: "Customer"}, {name: "Audio"}}).(map[string]any); ok {
			audio = merged(map[string]any{}, old)
		}
	}
	if !on {
		audio["StopTimestamp"] = stamp
	}
	t.Set("MediaStreams", map[string]any{"Customer": map[string]any{"Audio": audio}})
}

func partition(s string) string {
	if s == "" {
		return "aws"
	}
	return s
}
