package engine

import (
	"encoding/json"

	"outdial/flow"
	"outdial/resource"
	"outdial/store"
)

// A logEntry is one entry of the flow log, as the service writes it.
// https://docs.aws.amazon.com/connect/latest/adminguide/contact-flow-log-data.html
type logEntry struct {
	Results    string         `json:"Results,omitempty"`
	External   any            `json:"ExternalResults,omitempty"`
	Contact    string         `json:"ContactId"`
	Flow       string         `json:"ContactFlowId"` // its ARN
	Name       string         `json:"ContactFlowName,omitempty"`
	Block      string         `json:"ContactFlowModuleType"`
	Action     string         `json:"Identifier"`
	At         string         `json:"Timestamp"`
	Parameters map[string]any `json:"Parameters,omitempty"`
}

// log sends what a turn has logged to the sinks of the flow log: all of it as
// one list, so that it costs one job for each sink, and keeps its order.
func (w *writer) log(entries []flow.Logged) error {
	if len(entries) == 0 || len(w.e.LogSinks) == 0 {
		return nil
	}
	i, err := store.Load[resource.Instance](w.t, resource.KindInstance, w.c.Instance)
	if err != nil {
		return err
	}
	names := map[string]string{}
	list := make([]logEntry, len(entries))
	for k, l := range entries {
		name, known := names[l.Flow]
		if !known {
			name = w.flowName(l.Flow)
			names[l.Flow] = name
		}
		arn := i.ARN + "/contact-flow/" + l.Flow
		if l.Module {
			arn = i.ARN + "/flow-module/" + l.Flow
		}
		list[k] = logEntry{Results: l.Results, External: l.External, Contact: string(w.c.ID), Flow: arn, Name: name,
			Block: l.Block, Action: l.Action, At: stamp(w.at), Parameters: l.Parameters}
	}
	body, err := json.Marshal(list)
	if err != nil {
		return err
	}
	id := string(newID())
	for _, sink := range w.e.LogSinks {
		if err := w.e.deliverTo(w.t, sink, w.c.ID, id, body); err != nil {
			return err
		}
	}
	return nil
}

// flowName gives the name of a flow or a module; "" when it is gone: a contact
// goes on in what it has entered.
func (w *writer) flowName(id string) string {
	for _, kind := range []resource.Kind{resource.KindFlow, resource.KindModule} {
		if row, err := w.t.Resource(kind, id); err == nil {
			return row.Name
		}
	}
	return ""
}
