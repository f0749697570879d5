package notify

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// conforms checks what Store promises.
func conforms(t *testing.T, store Store) {
	t.Helper()
	ctx := context.Background()
	write := func(entries ...Entry) {
		t.Helper()
		if err := store.Write(ctx, entries); err != nil {
			t.Fatal(err)
		}
	}
	if value, err := store.Get(ctx, entryWebhooks, "a"); value != nil || err != nil {
		t.Errorf("nothing is %q, %v", value, err)
	}
	write(Entry{entryWebhooks, "a", []byte("1")}, Entry{entryWebhooks, "b", []byte("2")}, Entry{entryEvents, "a", []byte("3")})
	write(Entry{entryWebhooks, "a", nil}, Entry{entryWebhooks, "c", nil}, Entry{entryEvents, "a", []byte{0, 0xff}})
	if value, err := store.Get(ctx, entryEvents, "a"); !bytes.Equal(value, []byte{0, 0xff}) || err != nil {
		t.Errorf("replaced: %q, %v", value, err)
	}
	for n, want := range []string{"4", "4"} {
		if stored, err := store.Claim(ctx, Entry{entryIncidents, "a", []byte(fmt.Sprint(4 + n))}); string(stored) != want || err != nil {
			t.Errorf("claim %d: %q, %v", n, stored, err)
		}
	}
	all, err := store.All(ctx, entryWebhooks)
	if names := slices.Collect(maps.Keys(all)); err != nil || !slices.Equal(names, []string{"b"}) {
		t.Errorf("left are %v, %v", names, err)
	}
	if n, err := store.Count(ctx, entryWebhooks); n != 1 || err != nil {
		t.Errorf("%d are left, %v", n, err)
	}
}

func TestRedisStore(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) { conforms(t, NewRedisStore(client)) })
}

func TestFileStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "webhooks.db")
	open := func() FileStore {
		t.Helper()
		store, err := OpenFileStore(path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	store := open()
	conforms(t, store)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store = open()
	if all, err := store.All(context.Background(), entryWebhooks); len(all) != 1 || err != nil {
		t.Errorf("after a restart: %v, %v", all, err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	store = open()
	defer store.Close()
	if _, err := os.Stat(path + ".damaged"); err != nil {
		t.Error(err)
	}
}
