package lease

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/redistest"
)

const (
	key    = "dp:{test}:lead"
	states = "dp:{test}:state"
	long   = time.Hour
)

func hold(t *testing.T, l *Lease) (int64, bool) {
	t.Helper()
	term, held, err := l.Hold(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return term, held
}

// expire ends the lease, as the time of Redis would.
func expire(t *testing.T, client redis.UniversalClient) {
	t.Helper()
	if err := client.Del(context.Background(), key).Err(); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, s *State, want string) {
	t.Helper()
	got, err := s.Load(context.Background())
	if err != nil || string(got) != want {
		t.Fatalf("state %q, %v, want %q", got, err, want)
	}
}

func store(t *testing.T, s *State, value string, want error) {
	t.Helper()
	if err := s.Store(context.Background(), []byte(value)); !errors.Is(err, want) {
		t.Fatalf("storing %q: %v, want %v", value, err, want)
	}
}

func TestOneHolds(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		a, b := New(client, key, "a", long), New(client, key, "b", long)
		if term, held := hold(t, a); term != 1 || !held {
			t.Fatalf("first: term %d, held %t", term, held)
		}
		if term, held := hold(t, a); term != 1 || !held {
			t.Errorf("renewed: term %d, held %t", term, held)
		}
		if _, held := hold(t, b); held {
			t.Error("two servers hold it")
		}
		if err := b.Release(context.Background()); err != nil {
			t.Fatal(err)
		}
		if _, held := hold(t, b); held {
			t.Error("a server that does not hold it released it")
		}
		if err := a.Release(context.Background()); err != nil {
			t.Fatal(err)
		}
		if term, held := hold(t, b); term != 2 || !held {
			t.Errorf("after a release: term %d, held %t", term, held)
		}
	})
}

func TestLeaseExpires(t *testing.T) {
	client := redistest.Start(t).Client(t)
	if _, held := hold(t, New(client, key, "a", 50*time.Millisecond)); !held {
		t.Fatal("not held")
	}
	b := New(client, key, "b", long)
	for deadline := time.After(20 * time.Second); ; {
		if term, held := hold(t, b); held {
			if term != 2 {
				t.Errorf("term %d, want 2", term)
			}
			return
		}
		select {
		case <-deadline:
			t.Fatal("it does not expire")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestOnlyTheHolderWrites(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		a, b := New(client, key, "a", long), New(client, key, "b", long)
		ofA, ofB := a.State(states), b.State(states)
		store(t, ofA, "0", ErrLost) // nobody holds it
		hold(t, a)
		store(t, ofA, "0", ErrLost) // held, but not read since
		load(t, ofA, "")
		store(t, ofA, "1", nil)
		store(t, ofB, "x", ErrLost)
		load(t, ofB, "1") // reading needs no lease
		store(t, ofB, "x", ErrLost)

		expire(t, client)
		hold(t, b)
		store(t, ofB, "x", ErrLost) // read before it held
		load(t, ofB, "1")
		store(t, ofB, "2", nil)
		store(t, ofA, "x", ErrLost) // continues after a pause

		// The first takes it again without reading what the other stored.
		expire(t, client)
		hold(t, a)
		store(t, ofA, "x", ErrLost)
		load(t, ofA, "2")
		store(t, ofA, "3", nil)

		// It expired and was taken again by the same server: the term changed.
		expire(t, client)
		hold(t, a)
		store(t, ofA, "x", ErrLost)
		load(t, ofA, "3")
	})
}
