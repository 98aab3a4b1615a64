package api

import (
	"encoding/json"
	"strconv"
	"time"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// maxLevels is how deep the hierarchy of agents may be.
const maxLevels = 5

type hierarchyGroupDetail struct {
	Id                 string
	Arn                string
	Name               string
	LevelId            string
	HierarchyPath      *hierarchyPath
	Tags               map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// A hierarchyPath is what a group lies in, from the highest level down to itself.
type hierarchyPath struct {
	LevelOne   *hierarchyGroupSummary
	LevelTwo   *hierarchyGroupSummary
	LevelThree *hierarchyGroupSummary
	LevelFour  *hierarchyGroupSummary
	LevelFive  *hierarchyGroupSummary
}

type hierarchyGroupSummary struct {
	Id                 string
	Arn                string
	Name               string
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// levels gives the levels of an instance's hierarchy; there may be none yet. What
// it gives is a copy.
func levels(t *store.Tx, at place) (*resource.Levels, error) {
	l := &resource.Levels{Meta: resource.Meta{ID: at.Instance}}
	row, err := t.Resource(resource.KindLevels, at.Instance)
	if fault.Is(err, fault.NotFound) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal(row.Doc, l)
	}
	return l, err
}

// setLevels names the levels. One on which groups lie cannot go.
func setLevels(t *store.Tx, at place, l *resource.Levels, names []string, now time.Time) error {
	var deep *resource.Group
	err := each(t, at.Instance, resource.KindGroup, "", func(g *resource.Group) bool {
		if g.Level > len(names) {
			deep = g
		}
		return deep == nil
	})
	if err != nil {
		return err
	}
	if deep != nil {
		return inUse(&deep.Meta, resource.KindGroup)
	}
	l.Levels, l.Modified = nil, now
	for i, name := range names {
		l.Levels = append(l.Levels, resource.Level{ID: levelID(at, i+1), Name: name})
	}
	return put(t, at, resource.KindLevels, l)
}

// levelID is the id of a level, the same for as long as the instance lives.
func levelID(at place, level int) string {
	return derivedID(at.Instance, "level", strconv.Itoa(level))
}

// tellGroup tells a group of agents, and what it lies in.
func tellGroup(t *store.Tx, at place, g *resource.Group) (*hierarchyGroupDetail, error) {
	d := &hierarchyGroupDetail{
		Id: g.ID, Arn: g.ARN, Name: g.Name, LevelId: levelID(at, g.Level), Tags: someTags(g.Tags),
		LastModifiedTime: wire.At(g.Modified), LastModifiedRegion: at.Region,
	}
	var err error
	d.HierarchyPath, err = pathOf(t, at, g.ID)
	return d, err
}

// pathOf gives what a group lies in, down to itself; nil of none.
func pathOf(t *store.Tx, at place, id string) (*hierarchyPath, error) {
	if id == "" {
		return nil, nil
	}
	p := &hierarchyPath{}
	places := [maxLevels]**hierarchyGroupSummary{&p.LevelOne, &p.LevelTwo, &p.LevelThree, &p.LevelFour, &p.LevelFive}
	for range maxLevels {
		g, err := load[resource.Group](t, at.Instance, "HierarchyGroupId", resource.KindGroup, id)
		if fault.Is(err, fault.NotFound) {
			return p, nil
		}
		if err != nil {
			return nil, err
		}
		v := hierarchyGroupSummary(summary(at, &g.Meta))
		*places[min(max(g.Level, 1), maxLevels)-1] = &v
		if id = g.Parent; id == "" {
			break
		}
	}
	return p, nil
}

// groupOf finds the group that an agent is to be in; "" is none.
func groupOf(t *store.Tx, at place, ref string) (string, error) {
	if ref == "" {
		return "", nil
	}
	g, err := find[resource.Group](t, at, "HierarchyGroupId", ref, resource.KindGroup)
	if err != nil {
		return "", err
	}
	return g.ID, nil
}
