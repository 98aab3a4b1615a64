package whatsapp

import (
	"strconv"
	"strings"

	"outdial/contact"
)

// template writes an approved template with its variables.
// https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
func template(t *contact.Template) object {
	var parts []object
	if t.Header != nil {
		parts = append(parts, object{"type": "header", "parameters": []object{headerParameter(t.Header)}})
	}
	if len(t.Variables) > 0 {
		list := make([]object, len(t.Variables))
		for i, v := range t.Variables {
			list[i] = textParameter(v)
			if i < len(t.Names) && t.Names[i] != "" {
				list[i]["parameter_name"] = t.Names[i]
			}
		}
		parts = append(parts, object{"type": "body", "parameters": list})
	}
	for _, b := range t.Buttons {
		parts = append(parts, object{"type": "button", "sub_type": b.Type, "index": strconv.Itoa(b.Index), "parameters": []object{buttonParameter(b)}})
	}
	language := t.Language
	if language == "" {
		language = "en_US"
	}
	o := object{"name": t.Name, "language": object{"code": language}}
	if len(parts) > 0 {
		o["components"] = parts
	}
	return object{"type": "template", "template": o}
}

// textParameter: Meta takes no empty one, nor one with line breaks or more than
// four blanks in a row.
func textParameter(s string) object {
	s = strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s)
	for strings.Contains(s, "     ") {
		s = strings.ReplaceAll(s, "     ", "    ")
	}
	if strings.TrimSpace(s) == "" {
		s = "-"
	}
	return object{"type": "text", "text": s}
}

// headerParameter: a place is told when it is sent, by
// https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/utility-templates/location-templates/
func headerParameter(h *contact.TemplateHeader) object {
	switch h.Type {
	case "image", "video", "document":
		o := object{}
		if strings.Contains(h.Value, "://") {
			o["link"] = h.Value
		} else {
			o["id"] = h.Value // of a file that was handed over before
		}
		if h.Type == "document" && h.Name != "" {
			o["filename"] = h.Name
		}
		return object{"type": h.Type, h.Type: o}
	case "location":
		lat, long, _ := strings.Cut(h.Value, ",")
		place := object{"latitude": strings.TrimSpace(lat), "longitude": strings.TrimSpace(long)}
		for k, v := range map[string]string{"name": h.Name, "address": h.Address} {
			if v != "" {
				place[k] = v
			}
		}
		return object{"type": "location", "location": place}
	}
	o := textParameter(h.Value)
	if h.Name != "" {
		o["parameter_name"] = h.Name
	}
	return o
}

func buttonParameter(b contact.TemplateButton) object {
	switch b.Type {
	case "quick_reply":
		return object{"type": "payload", "payload": b.Value}
	case "copy_code":
		return object{"type": "coupon_code", "coupon_code": b.Value}
	case "flow":
		return object{"type": "action", "action": object{"flow_token": b.Value}}
	}
	return object{"type": "text", "text": b.Value}
}
