package archive

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/embedded"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// steps are where the archiver calls fault.
var steps = []string{"before plan", "planned", "inserted", "marked", "trimmed", "ended"}

// A process is killed at every step of a batch, and another continues: with a persistent
// Redis, and with the embedded one.
func TestKilledAtEveryStep(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { killAtEveryStep(t, "") })
	t.Run("redis-server", func(t *testing.T) { killAtEveryStep(t, redistest.Start(t).URL()) })
}

func killAtEveryStep(t *testing.T, redis string) {
	random := seeded(t)
	todo := task{Redis: redis, Folder: t.TempDir(), Seed: random.Uint64(), Began: time.Now().UTC()}
	for _, step := range steps {
		todo.Rounds++
		todo.Step, todo.Nth = step, random.IntN(2)
		if _, err := todo.spawn(t); err == nil {
			t.Errorf("the child did not die at %q", step)
		}
	}
	todo.Step = ""
	for range 2 { // the second finds nothing to do
		output, err := todo.spawn(t)
		must(t, err)
		var found found
		must(t, json.Unmarshal(output, &found))
		todo.check(t, found)
	}
}

// check holds the archive against the ledger: every report was acknowledged.
func (t task) check(test *testing.T, found found) {
	test.Helper()
	want := map[string]int{}
	for round := range t.Rounds {
		for _, report := range t.reportsOfARound(round) {
			want[fmt.Sprint(report.ID, 1)] = 1
			if undone(report) {
				want[fmt.Sprint(report.ID, -1)] = 1
			}
		}
	}
	for name, n := range want {
		if found.Rows[name] != n {
			test.Errorf("%s is there %d times", name, found.Rows[name])
		}
	}
	if len(found.Rows) != len(want) {
		test.Errorf("%d rows, want %d", len(found.Rows), len(want))
	}
	for i, difference := range found.Differences {
		if difference != 0 {
			test.Errorf("roll-up %d differs by %d", i, difference)
		}
	}
	test.Logf("%d reports of %d rounds, each once", len(want), t.Rounds)
}

func (t task) spawn(test *testing.T) ([]byte, error) {
	test.Helper()
	self, err := os.Executable()
	must(test, err)
	text, err := json.Marshal(t)
	must(test, err)
	command := exec.Command(self)
	command.Env = append(os.Environ(), childVariable+"="+string(text), embedded.LibraryVariable+"="+library(test))
	command.Stderr = os.Stderr
	return command.Output()
}
