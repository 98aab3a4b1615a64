package main

import (
	"embed"
	"io/fs"

	"outdial/config"
)

// demoFiles hold the demo instance: what a server has that is told nothing.
//
//go:embed demo
var demoFiles embed.FS

// demoConfig gives the configuration of the demo instance. It is read only
// when it is wanted: the flows are parsed for it.
func demoConfig() (*config.File, error) {
	doc, err := demoFiles.ReadFile("demo/outdial.yaml")
	if err != nil {
		return nil, err
	}
	flows, err := fs.Sub(demoFiles, "demo/flows")
	if err != nil {
		return nil, err
	}
	return config.Parse("demo", doc, func(string) string { return "" }, map[string]fs.FS{"demo/flows": flows})
}
