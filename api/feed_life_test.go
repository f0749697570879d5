package api

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// TestFeedsOverALife compares the feeds of one incident, as it opens, recovers and is over,
// with files. Feed readers that others wrote read the files, in .ci/readers: the ids stay, one
// entry is replaced, and every address is absolute.
func TestFeedsOverALife(t *testing.T) {
	for i, state := range []outage.State{outage.StateOpen, outage.StateRecovering, outage.StateResolved} {
		record := powerCuts()[3]
		record.State = state
		record.Changes = []outage.Change{{At: record.OpenedAt, State: outage.StateOpen}}
		if i > 0 {
			record.Changes = append(record.Changes, outage.Change{At: record.OpenedAt.Add(time.Duration(i) * time.Minute), State: state})
		}
		if state == outage.StateResolved {
			record.ClosedAt = record.OpenedAt.Add(time.Duration(i) * time.Minute)
		}
		for _, feed := range []string{public.AtomPath, public.JSONFeedPath, public.AlertsPath} {
			c := call{path: feed + "?service=whatsapp&country=IN", world: world{more: []outage.Record{record}}}
			_, body := c.send(t)
			name := fmt.Sprintf("%d-%s.%s", i+1, state, strings.TrimPrefix(filepath.Ext(feed), "."))
			path := filepath.Join("testdata", "feeds", name)
			if *update {
				if err := os.WriteFile(path, body, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(path); err != nil || !bytes.Equal(body, want) {
				t.Errorf("differs from %s (rewrite with -update): %v\n%s", path, err, body)
			}
		}
	}
}
