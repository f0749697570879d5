package main

import (
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/intake"
	"github.com/open-downpour/downpour/pkg/redisconn"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// filesWith lists the files below a directory that hold a key in any form.
func filesWith(t *testing.T, dir string, key []byte) (found []string) {
	t.Helper()
	forms := []string{string(key), hex.EncodeToString(key), strings.ToUpper(hex.EncodeToString(key)),
		base64.RawStdEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key)}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // removed meanwhile
		}
		text, _ := os.ReadFile(path)
		for _, form := range forms {
			if strings.Contains(string(text), form) {
				found = append(found, path)
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// After the end of a key its bytes are in no file of Redis, of its replica, or of
// the data directory.
func TestEndedKeysAreInNoFile(t *testing.T) {
	end := time.Now().Add(time.Hour)
	gone := func(t *testing.T, dir string, keys intake.KeyStore) {
		t.Helper()
		key, err := keys.Key(t.Context(), "day:x", end)
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the key is in a file", func() bool { return len(filesWith(t, dir, key)) > 0 })
		if err := keys.Sweep(t.Context(), end); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the key is in no file", func() bool { return len(filesWith(t, dir, key)) == 0 })
	}
	for name, arguments := range map[string][]string{
		"append-only file": nil, "snapshot": {"--save", "1 1"}, "both in one": {"--aof-use-rdb-preamble", "yes", "--save", "1 1"},
	} {
		t.Run(name, func(t *testing.T) {
			server, replica := redistest.Start(t, arguments...), redistest.Start(t, "--repl-diskless-sync-delay", "0")
			host, port, _ := strings.Cut(server.Addr, ":")
			replica.Do(t, "replicaof", host, port)
			connection, err := redisconn.Open(redisconn.Config{Addresses: []string{server.URL()}})
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			eventually(t, "the replica is there", func() bool {
				return strings.Contains(replica.Do(t, "info", "replication").Val().(string), "link_status:up")
			})
			keys := intake.NewRedis(connection.Client(), connection.Rewrite)
			key, err := keys.Key(t.Context(), "day:x", end)
			if err != nil {
				t.Fatal(err)
			}
			eventually(t, "the key is in a file of the replica", func() bool { return len(filesWith(t, replica.Dir, key)) > 0 })
			gone(t, server.Dir, keys)
			eventually(t, "the key is in no file of the replica", func() bool { return len(filesWith(t, replica.Dir, key)) == 0 })
		})
	}
	t.Run("data directory", func(t *testing.T) {
		dir := t.TempDir()
		keys, err := intake.OpenKeyFile(filepath.Join(dir, "keys.json"), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		gone(t, dir, keys)
	})
}
