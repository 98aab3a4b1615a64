package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// announce says where the server is, and how it is tried.
func (h *house) announce(w io.Writer) {
	r := h.facts
	if r.InstanceID == "" {
		fmt.Fprintf(w, "Outdial serves %s\nThere is no instance, and so nothing to call from: declare one under instances, with a number (outdial config prints how).\n", r.Endpoint)
	} else {
		fmt.Fprintf(w, "Outdial serves %s (account %s, region %s)\n", r.Endpoint, r.AccountID, r.Region)
	}
	fmt.Fprintf(w, "What it keeps: %s\n\n", redact(h.config.Store))
	switch {
	case h.flags.noAuth:
		fmt.Fprint(w, "Signatures are not checked (-no-auth).\n\n")
	case h.secretIs == "":
		fmt.Fprintf(w, "An access key; its secret is shown this once:\n  export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_REGION=%s AWS_DEFAULT_REGION=%[3]s\n\n", r.AccessKeyID, r.SecretKey, r.Region)
	case r.AccessKeyID != "":
		fmt.Fprintf(w, "The access key is %s; its secret %s (outdial key create makes another).\n\n", r.AccessKeyID, h.secretIs)
	}
	if lines := h.tryLines(); len(lines) > 0 {
		fmt.Fprint(w, "Try it with the AWS CLI:\n")
		for _, l := range lines {
			fmt.Fprintf(w, "\n# %s\n%s\n", l[0], l[1])
		}
		fmt.Fprint(w, "\n")
	}
	if _, ok := r.carries("SMS"); ok && h.world != nil && r.Flows["Appointment reminder (chat)"] != "" {
		fmt.Fprintf(w, "Or, in two other terminals, without it:\n  %[1]s handset +12065550100\n  %[1]s start chat -to +12065550100 -attr name=Ann -attr appointment=\"tomorrow at 10:00\"\n\n", h.env.self)
	}
}

// redact takes the password out of a store's URL.
func redact(store string) string {
	scheme, rest, ok := strings.Cut(store, "://")
	at := strings.LastIndexByte(rest, '@')
	if !ok || at < 0 {
		return store
	}
	user, _, _ := strings.Cut(rest[:at], ":")
	return scheme + "://" + user + rest[at:]
}

// tryLines are commands of the AWS CLI that start one contact each, where the
// instance has what they need: the sample flows, numbers, a template.
func (h *house) tryLines() (out [][2]string) {
	r := h.facts
	chat, voice := r.Flows["Appointment reminder (chat)"], r.Flows["Appointment reminder (voice)"]
	common := " --endpoint-url " + r.Endpoint + " --region " + r.Region
	if h.flags.noAuth {
		common += " --no-sign-request"
	}
	common += " --instance-id " + r.InstanceID
	to := " --destination-endpoint Type=TELEPHONE_NUMBER,Address=+12065550100"
	about := ` --attributes '{"name":"Ann","appointment":"tomorrow at 10:00"}'`
	outboundChat := func(n readyNumber, subtype string) string {
		return "aws connect start-outbound-chat-contact" + common + " --contact-flow-id " + chat +
			" --source-endpoint Type=CONNECT_PHONENUMBER_ARN,Address=" + n.ARN + to +
			` --segment-attributes '{"connect:Subtype":{"ValueString":"` + subtype + `"}}'` + about
	}
	if n, ok := r.carries("SMS"); ok && chat != "" {
		out = append(out, [2]string{"one SMS", outboundChat(n, "connect:SMS")})
	}
	n, ok := r.carries("WHATSAPP")
	i := slices.IndexFunc(r.Templates, func(t readyTemplate) bool { return t.Channel == "WHATSAPP" && t.Name == "appointment_reminder" })
	if ok && i >= 0 && chat != "" {
		t := r.Templates[i]
		out = append(out, [2]string{"one WhatsApp message: a template opens it, and the flow goes on when the customer answers",
			outboundChat(n, "connect:WhatsApp") + ` --initial-templated-system-message '{"KnowledgeBaseId":"` + t.KnowledgeBaseID +
				`","MessageTemplateId":"` + t.MessageTemplateID + `","TemplateAttributes":{"CustomAttributes":{"name":"Ann","appointment":"tomorrow at 10:00"}}}'`})
	}
	if n, ok := r.carries("VOICE"); ok && voice != "" {
		out = append(out, [2]string{"one call", "aws connect start-outbound-voice-contact" + common + " --contact-flow-id " + voice +
			" --source-phone-number " + n.Number + " --destination-phone-number +12065550100" + about})
	}
	return out
}

// carries gives the first number that carries a channel.
func (r *ready) carries(channel string) (readyNumber, bool) {
	for _, n := range r.PhoneNumbers {
		if slices.Contains(n.Channels, channel) {
			return n, true
		}
	}
	return readyNumber{}, false
}
