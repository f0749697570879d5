package runner

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// A pending import that cannot be decoded is discarded and logged once, and the next one
// is stored.
func TestImportsSurviveADamagedState(t *testing.T) {
	for _, damaged := range []string{"", "{", "\x00\x01", `{"Span":"x"}`, "[]"} {
		var log bytes.Buffer
		state := FileState{Path: filepath.Join(t.TempDir(), "imports.state")}
		if err := os.WriteFile(state.Path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		imports := NewImports(ImportsConfig{Pending: state, Now: time.Now, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		ctx := context.Background()
		for range 2 {
			if err := imports.round(ctx); err != nil {
				t.Errorf("%q: %v", damaged, err)
			}
		}
		if n := strings.Count(log.String(), "\n"); n != 1 {
			t.Errorf("%q: the log is %s", damaged, log.String())
		}
		span := outage.Span{From: 5, To: 9}
		if err := imports.Heard(ctx, span, false); err != nil {
			t.Errorf("%q: %v", damaged, err)
		}
		if _, p, err := imports.load(ctx); err != nil || p.Span != span {
			t.Errorf("%q: pending %v, %v", damaged, p.Span, err)
		}
	}
}
