package engine

import (
	"bytes"
	"compress/gzip"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/baseline"
	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// savedV4 is the minute after the last one of testdata/state-v4.gz.
var savedV4 = start + 16*day + 9*60 + 20

// fixture is a state in testdata.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	state, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// TestStateOfVersion4Continues restores a state of version 4 that was saved during an
// outage, and compares it with an engine that processed the same minutes.
func TestStateOfVersion4Continues(t *testing.T) {
	updated, always := restored(t, fixture(t, "state-v4.gz")), New(config())
	n := enginetest.NewNoise(1)
	for m := start; m < savedV4; m++ {
		tick(t, always, m, enginetest.Story(n, m))
	}
	if last, _ := updated.Last(); last != savedV4-1 {
		t.Fatalf("the last minute is %s", stamp(last))
	}
	sameNormals(t, updated, always, savedV4)
	open := 0
	for i, s := range updated.ordered {
		if s.incidents.active() {
			open++
			got, want := latestOf(s), latestOf(always.ordered[i])
			if got.State != outage.StateOpen || got.Service != want.Service || got.Footprint.Scope != want.Footprint.Scope || !slices.Equal(got.Footprint.Regions, want.Footprint.Regions) {
				t.Errorf("%+v is open, want %+v", got, want)
			}
		}
	}
	if open != 1 {
		t.Errorf("%d incidents are open, want 1", open)
	}
	opened, resolved := map[string]bool{}, 0
	for m := savedV4; m < savedV4+3*day; m++ {
		counts := enginetest.Story(n, m)
		for _, in := range tick(t, updated, m, counts) {
			switch in.State {
			case outage.StateOpen:
				opened[in.Service] = true
			case outage.StateResolved:
				resolved++
			}
		}
		for _, in := range tick(t, always, m, counts) {
			if in.State == outage.StateOpen && !opened[in.Service] && in.Since > savedV4 {
				t.Errorf("at %s: %s opens only without the update", stamp(m), in.ID)
			}
		}
	}
	if len(opened) < 1 || resolved < 2 { // the end of one outage, and another one
		t.Errorf("%d opened and %d resolved after the update", len(opened), resolved)
	}
	sameNormals(t, updated, always, savedV4+3*day)
}

// sameNormals fails where expected counts differ by more than the versions learn
// differently from the same outages.
func sameNormals(t *testing.T, updated, always *Engine, at outage.Minute) {
	t.Helper()
	const tolerance = .05
	got, want := updated.Normals(at), always.Normals(at)
	for i := range want {
		if got[i].Service != want[i].Service || math.Abs(got[i].Mean-want[i].Mean) > tolerance*want[i].Mean {
			t.Errorf("%s %s: %g are expected, want %g", want[i].Service, want[i].Country, got[i].Mean, want[i].Mean)
		}
	}
}

func TestStateOfVersion4IsSavedInTheCurrentVersion(t *testing.T) {
	line := restored(t, fixture(t, "state-v4.gz"))
	state := saved(t, line)
	if state[len(magic)] != version {
		t.Errorf("saved in version %d", state[len(magic)])
	}
	if !bytes.Equal(saved(t, restored(t, state)), state) {
		t.Error("the restored state is saved differently")
	}
}

// TestStateOfVersion4KnowsNoBlocks: an excursion from before the update counts as one
// block of networks.
func TestStateOfVersion4KnowsNoBlocks(t *testing.T) {
	for _, s := range restored(t, fixture(t, "state-v4.gz")).ordered {
		run := detect.Alarm{Handle: baseline.Whole, Since: savedV4 - 5, Observed: 7}
		if most := s.networks.blocks.largest(&s.tree, run); most != 7 {
			t.Errorf("%s: %g of 7 reporters come from the largest block", s.service, most)
		}
	}
}

// TestDamagedStateOfVersion4 cuts the state and flips bits in it.
func TestDamagedStateOfVersion4(t *testing.T) {
	state := fixture(t, "state-v4.gz")
	for cut := 0; cut < len(state); cut += 1 + len(state)/197 {
		if err := New(config()).Restore(bytes.NewReader(state[:cut])); err == nil {
			t.Errorf("the first %d of %d bytes are accepted as a state", cut, len(state))
		}
	}
	for at := 0; at < len(state); at += 1 + len(state)/397 {
		damaged := bytes.Clone(state)
		damaged[at] ^= 1 << (at % 8)
		rejectedOrValid(t, damaged)
	}
}

// FuzzRestore overwrites a part of a state, of version 4 and of the current one, and
// truncates it.
func FuzzRestore(f *testing.F) {
	old := fixture(f, "state-v4.gz")
	line := New(config())
	if err := line.Restore(bytes.NewReader(old)); err != nil {
		f.Fatal(err)
	}
	var present bytes.Buffer
	if err := line.Save(&present); err != nil {
		f.Fatal(err)
	}
	f.Add(true, uint16(5), []byte{255}, uint16(0))
	f.Add(false, uint16(200), []byte{0, 0, 0, 128}, uint16(0))
	f.Add(false, uint16(0), []byte{}, uint16(9))
	f.Fuzz(func(t *testing.T, isOld bool, at uint16, patch []byte, cut uint16) {
		state := present.Bytes()
		if isOld {
			state = old
		}
		state = bytes.Clone(state)
		copy(state[min(int(at), len(state)):], patch)
		rejectedOrValid(t, state[:max(0, len(state)-int(cut))])
	})
}

// rejectedOrValid fails where a state is accepted that cannot be used and saved again.
func rejectedOrValid(t *testing.T, state []byte) {
	t.Helper()
	line := New(config())
	if err := line.Restore(bytes.NewReader(state)); err != nil {
		return
	}
	line.View()
	if last, started := line.Last(); started {
		n := enginetest.NewNoise(2)
		for m := last + 1; m <= last+6; m++ {
			tick(t, line, m, n.Minute(m))
		}
	}
	again := New(config())
	if err := again.Restore(bytes.NewReader(saved(t, line))); err != nil {
		t.Errorf("the state that was read and saved again is rejected: %v", err)
	}
}

// latestOf is the latest incident of a series.
func latestOf(s *series) outage.Incident {
	if n := len(s.incidents.list); n > 0 {
		return s.incidents.list[n-1].Incident()
	}
	return outage.Incident{}
}
