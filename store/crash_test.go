package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"outdial/contact"
)

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if url := os.Getenv("STORE_CHILD"); url != "" {
		if err := child(url, os.Getenv("STORE_CHILD_NODE")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child begins contacts and ends every second one, and says so when the store
// has answered, until it is killed.
func child(url, node string) error {
	s, err := Open(context.Background(), url, Options{Node: node, Handover: func([]Job) {}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	errs := make(chan error)
	go func() { errs <- s.Run(ctx) }()
	for range 16 {
		go func() {
			for i := 0; ; i++ {
				u := newStart(rand.Int64()) // contacts of an earlier round hold their lines
				if err := s.Update(ctx, u.need, u.run); err != nil {
					errs <- err
					return
				}
				fmt.Printf("began %s %s\n", u.c.ID, u.token.Key)
				if i%2 == 0 {
					continue
				}
				err := s.Update(ctx, Need{Contacts: []contact.ID{u.c.ID}}, func(tx *Tx) error {
					c, err := tx.Contact(u.c.ID)
					if err != nil {
						return err
					}
					c.Disconnected = time.Now()
					jobs, err := tx.Jobs(c.ID, 0)
					if err != nil || len(jobs) != 1 {
						return fmt.Errorf("jobs: %v %w", jobs, err)
					}
					return errors.Join(tx.Done(jobs[0]), tx.Save(c))
				})
				if err != nil {
					errs <- err
					return
				}
				fmt.Printf("ended %s\n", u.c.ID)
			}
		}()
	}
	return <-errs
}

// kill starts a child, kills it after it has answered enough, and gives what it said.
func kill(t *testing.T, url, node string, enough int) (said []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_CHILD="+url, "STORE_CHILD_NODE="+node)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if said = append(said, lines.Text()); len(said) == enough {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	if len(said) < enough {
		t.Fatalf("the child said %d lines only", len(said))
	}
	return said
}

func TestNothingAnsweredIsLost(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		for round := range 3 {
			said := kill(t, url, "a", 300+round*150)
			s, err := Open(t.Context(), url, Options{Node: "a"})
			if err != nil {
				t.Fatal(err)
			}
			ended := map[contact.ID]bool{}
			began := map[contact.ID]string{}
			for _, line := range said {
				words := strings.Fields(line)
				if words[0] == "ended" {
					ended[contact.ID(words[1])] = true
				} else {
					began[contact.ID(words[1])] = words[2]
				}
			}
			view(t, s, func(tx *Tx) error {
				for id, token := range began {
					k, found, err := tx.Token(token, time.Now())
					if err != nil || !found || k.Contact != id {
						t.Errorf("token of %s: %v %v", id, found, err)
					}
					wholeContact(t, tx, id, ended[id])
				}
				// What was kept without an answer is whole too.
				list, _, err := tx.Contacts(ContactQuery{Instance: "i1", Limit: 50})
				for _, c := range list {
					if _, answered := began[c.ID]; !answered {
						wholeContact(t, tx, c.ID, false)
					}
				}
				return err
			})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func wholeContact(t *testing.T, tx *Tx, id contact.ID, ended bool) {
	t.Helper()
	c, err := tx.Contact(id)
	if err != nil {
		t.Errorf("contact %s was answered: %v", id, err)
		return
	}
	if ended && c.Open() {
		t.Errorf("the end of %s was answered, and it is open", id)
	}
	messages, err1 := tx.Messages(id)
	records, err2 := tx.Records(id)
	events, err3 := tx.Events(EventQuery{Contact: id})
	jobs, err4 := tx.Jobs(id, 0)
	on, found, err5 := tx.ContactOn(c.Line())
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Error(err)
	}
	if len(messages) != 1 || len(records) != 1 || len(events) != 2 {
		t.Errorf("contact %s is not whole: %d messages, %d records, %d events", id, len(messages), len(records), len(events))
	}
	if open := c.Open(); len(jobs) == 1 != open || (found && on == id) != open {
		t.Errorf("contact %s, open %v: jobs %v, on the line %v", id, open, jobs, on)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	url := sqliteURL(t)
	s := serve(t, url, Options{})
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_CHILD="+url)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), fmt.Sprintf("in use by process %d on ", os.Getpid())) {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := Open(t.Context(), url, Options{Node: "b"}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("%v", err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// Two processes on one PostgreSQL; one is killed in the middle. The other is
// told, and gets what it had in hand.
func TestKilledNode(t *testing.T) {
	nodes(t, Options{Handover: func([]Job) {}}, func(t *testing.T, a, _ *Store) {
		url := postgresAgain(t, a)
		var wg sync.WaitGroup
		stop := make(chan struct{})
		wg.Go(func() { // the other one works meanwhile
			for i := int64(9000000); ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				u := newStart(i)
				if err := a.Update(context.Background(), u.need, u.run); err != nil {
					t.Error(err)
					return
				}
			}
		})
		said := kill(t, url, "k", 300)
		close(stop)
		wg.Wait()
		// The killed one never beat: its row is made here, and is over.
		k := serve(t, url, Options{Node: "watch"})
		if err := execOn(t, k.db, "insert into node (name, until, heir) values ('k', 1, '')"); err != nil {
			t.Fatal(err)
		}
		dead, err := a.Beat(t.Context(), time.Hour)
		if err != nil || len(dead) != 1 || dead[0] != "k" {
			t.Fatalf("%v %v", dead, err)
		}
		open := map[contact.ID]bool{}
		for _, line := range said {
			words := strings.Fields(line)
			open[contact.ID(words[1])] = words[0] == "began"
		}
		for {
			due, _, err := a.Lease(t.Context(), time.Now(), 100, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(due) == 0 {
				break
			}
			for _, j := range due {
				if !j.Lost || j.Tries != 1 {
					t.Errorf("%+v", j)
				}
				delete(open, j.Contact)
			}
		}
		for id, is := range open {
			// Its end may have been kept and not answered.
			if is {
				view(t, a, func(tx *Tx) error {
					c, err := tx.Contact(id)
					if err == nil && c.Open() {
						t.Errorf("the job of %s is lost", id)
					}
					return err
				})
			}
		}
	})
}

func TestOpenErrors(t *testing.T) {
	for _, url := range []string{"", "x.db", "file:", "file::memory:", "mysql://h/d", "file:" + filepath.Join(t.TempDir(), "no", "folder.db"), "postgres://%zz"} {
		if s, err := Open(t.Context(), url, Options{Node: "a"}); err == nil {
			s.Close()
			t.Errorf("%q gave no error", url)
		}
	}
}
