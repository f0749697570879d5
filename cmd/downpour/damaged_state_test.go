package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
	"github.com/open-downpour/downpour/pkg/runner"
)

// A server with damaged state files logs one line for each, relearns, writes valid files
// and is ready.
func TestDamagedStateFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	sound := experience(t, outage.MinuteOf(time.Now().Add(-runner.Watermark))-1)
	all := map[string]string{
		"detector.state":  "detector state unreadable, learning from the archive",
		"incidents.state": "the outbox of incidents cannot be decoded",
		"imports.state":   "span of an import unreadable",
	}
	for name, damage := range map[string]func(state []byte) []byte{
		"empty":     func([]byte) []byte { return []byte{} },
		"cut short": func(state []byte) []byte { return state[:len(state)/2] },
		"garbled":   func(state []byte) []byte { return bytes.Repeat([]byte("\x00\xff}{"), len(state)/4+1) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, lines := t.TempDir(), maps.Clone(all)
			if name == "empty" {
				delete(lines, "incidents.state") // which is empty whenever all are archived
			}
			for file := range all {
				state := []byte(`{"a":{"ID":"a"}}`)
				if file == "detector.state" {
					state = sound
				}
				if err := os.WriteFile(filepath.Join(dir, file), damage(state), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			address := redistest.FreeAddress(t)
			server := newProcess(t, "serve", "--listen", address, "--data", dir)
			server.start(t)
			eventually(t, "the server is ready", isReady(address))
			for file, line := range lines {
				eventually(t, "the log names "+file, func() bool { return strings.Contains(server.output.String(), line) })
			}
			eventually(t, "the detector has a state again", func() bool {
				text, err := os.ReadFile(filepath.Join(dir, "detector.state"))
				return err == nil && engine.New(engine.DefaultConfig(celltest.Geography(t))).Restore(bytes.NewReader(text)) == nil
			})
			if !isReady(address)() {
				t.Error("the server is no longer ready")
			}
			for file, line := range lines {
				if n := strings.Count(server.output.String(), line); n != 1 {
					t.Errorf("%d lines about %s", n, file)
				}
			}
			server.stop(t)
		})
	}
}
