package api

import (
	"reflect"
	"testing"

	"outdial/contact"
	"outdial/resource"
)

// TestTemplateComponents: header and buttons get their variables as the body
// does, and what is missing in them is named.
func TestTemplateComponents(t *testing.T) {
	d := &resource.Template{Channel: whatsApp, Text: "Hello {{name}}", Approved: "order_ready", Language: "de", Attributes: []string{"name"}, Named: true,
		Header:  &resource.TemplateHeader{Type: "image", Value: "https://files.example.com/{{order}}.png"},
		Buttons: []resource.TemplateButton{{Index: 1, Type: "url", Value: "o/{{order}}"}}}
	m, err := fill(d, &templateAttributes{CustomAttributes: map[string]string{"name": "Ann", "order": "17"}})
	want := &contact.Template{Name: "order_ready", Language: "de", Variables: []string{"Ann"}, Names: []string{"name"},
		Header:  &contact.TemplateHeader{Type: "image", Value: "https://files.example.com/17.png"},
		Buttons: []contact.TemplateButton{{Index: 1, Type: "url", Value: "o/17"}}}
	if err != nil || m.Text != "Hello Ann" || !reflect.DeepEqual(m.Template, want) {
		t.Errorf("%v, %+v", err, m.Template)
	}
	if _, err := fill(d, &templateAttributes{CustomAttributes: map[string]string{"name": "Ann"}}); err == nil {
		t.Error("a variable of the header is missing, and nobody says so")
	}
	d.Channel = "SMS"
	if m, err = fill(d, &templateAttributes{CustomAttributes: map[string]string{"name": "Ann"}}); err != nil || m.Template != nil {
		t.Errorf("an SMS has no components: %v, %+v", err, m.Template)
	}
}
