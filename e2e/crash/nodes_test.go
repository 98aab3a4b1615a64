package crash

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
)

// Two processes on one PostgreSQL share the work; one is killed in the middle,
// and the other brings everything to its end.
func TestTwoNodes(t *testing.T) {
	if os.Getenv("PGURL") == "" {
		return // there is no second database to share
	}
	store := freshPostgres(t)
	flags := []string{"-handsets-reply", "1", "-log-level", "warn"}
	a := &process{TB: t, dir: t.TempDir(), store: store, flags: flags}
	b := &process{TB: t, dir: t.TempDir(), store: store, flags: flags, others: []string{a.dir}}
	a.start()
	b.start()
	var all []*try
	tries := func(from int) []*try {
		list := make([]*try, 1500)
		for i := range list {
			list[i] = &try{number: fmt.Sprintf("+1206%07d", from+i), token: uuid.NewString()}
			if i%10 == 0 {
				list[i].voice, list[i].number = true, "+12065550104"
			}
		}
		all = append(all, list...)
		return list
	}
	mine, yours := tries(6_100_000), tries(6_200_000)
	byA, byB := make(chan struct{}), make(chan struct{})
	go func() { a.send(mine); close(byA) }()
	go func() { b.send(yours); close(byB) }()
	a.works(byA)
	life(0, 400)
	a.kill()
	<-byA
	<-byB
	// The same tokens at the survivor give the same contacts.
	b.send(mine)
	b.buried(a)
	b.settle()
	b.reckon(all, 1)
	b.stop()
}

// buried waits until the other process counts as gone: its leases are real time.
func (p *process) buried(other *process) {
	p.Helper()
	gone := time.NewTimer(25 * time.Second)
	<-gone.C
}
