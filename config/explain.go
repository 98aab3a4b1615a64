package config

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

const configHead = `# outdial.yaml: the configuration of Outdial, explained.
#
# Everything is left out here, and has the default that its sentence names. A
# line that begins with "#" and a key becomes a setting when the "#" goes.
# Unknown keys are errors. A secret may be env:NAME (a variable of the
# environment) or file:PATH (the first line of a file). Lengths of time are 30s,
# 5m, 25h, 7d.
#
# SIGHUP reads the file again: all of it is taken, or nothing. Changes of listen,
# tls, insecure, publicURL, store, journal, log, drain, retention,
# attachments, simulator, carriers and sinks take a restart; a certificate is read
# again from its file.
`

// Explained gives the whole file, every setting commented out.
func Explained() string {
	var live strings.Builder
	printStruct(&live, reflect.TypeFor[File](), "")
	var out strings.Builder
	out.WriteString(configHead)
	for line := range strings.Lines(live.String()) {
		switch {
		case line == "\n" || strings.HasPrefix(line, "# "):
			out.WriteString(line)
		default:
			out.WriteString("#" + line)
		}
	}
	return out.String()
}

// printStruct writes the keys of t as YAML, each with its sentence above it.
func printStruct(w *strings.Builder, t reflect.Type, indent string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			printStruct(w, f.Type, indent)
			continue
		}
		key, doc, eg := keyOf(f), f.Tag.Get("doc"), f.Tag.Get("eg")
		if key == "" {
			continue
		}
		if indent == "" {
			w.WriteString("\n")
		}
		printDoc(w, indent, doc)
		printField(w, f.Type, indent, key, eg)
	}
}

// printDoc writes a sentence as comment lines.
func printDoc(w *strings.Builder, indent, doc string) {
	for _, line := range wrap(doc, 78-len(indent)) {
		fmt.Fprintf(w, "%s# %s\n", indent, line)
	}
}

func printField(w *strings.Builder, t reflect.Type, indent, key, eg string) {
	switch {
	case eg == "@bots" || eg == "@carriers":
		sample := botSample
		if eg == "@carriers" {
			sample = carrierSample
		}
		fmt.Fprintf(w, "%s%s:\n", indent, key)
		for line := range strings.Lines(sample) {
			w.WriteString(indent + "  " + line)
		}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		fmt.Fprintf(w, "%s%s:\n", indent, key)
		var one strings.Builder
		printStruct(&one, t.Elem(), indent+"    ")
		w.WriteString(dash(one.String(), indent+"  "))
	case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct:
		fmt.Fprintf(w, "%s%s:\n%s  NAME:\n", indent, key, indent)
		printStruct(w, t.Elem(), indent+"    ")
	case t.Kind() == reflect.Struct:
		fmt.Fprintf(w, "%s%s:\n", indent, key)
		printStruct(w, t, indent+"  ")
	case t.Kind() == reflect.Map:
		fmt.Fprintf(w, "%s%s:\n%s  %s\n", indent, key, indent, eg)
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.String:
		fmt.Fprintf(w, "%s%s: %s\n", indent, key, quote(eg))
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer || t.Kind() == reflect.Bool || t.Kind() == reflect.Int || t.Kind() == reflect.Float64:
		fmt.Fprintf(w, "%s%s: %s\n", indent, key, eg)
	default:
		fmt.Fprintf(w, "%s%s: %s\n", indent, key, quote(eg))
	}
}

// dash makes a block of keys the first element of a list: its first key gets
// the dash, what is above it stays above.
func dash(block, indent string) string {
	var out strings.Builder
	done := false
	for line := range strings.Lines(block) {
		text := strings.TrimSpace(line)
		if !done && text != "" && !strings.HasPrefix(text, "#") {
			line, done = indent+"- "+text+"\n", true
		}
		out.WriteString(line)
	}
	return out.String()
}

// quote writes s as a YAML scalar that reads as text.
func quote(s string) string {
	if s == "" {
		return `""`
	}
	b, err := yaml.Marshal(s)
	if err != nil {
		return fmt.Sprintf("%q", s)
	}
	return strings.TrimSpace(string(b))
}

// wrap breaks text into lines of at most n characters, at spaces.
func wrap(text string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > n {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
