package engine

import (
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/engine/enginetest"
)

func TestParameters(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Parameters(DefaultConfig(enginetest.World{})) {
		if seen[p.Name] {
			t.Errorf("%s is listed twice", p.Name)
		}
		seen[p.Name] = true
		if p.Value <= 0 || p.Unit == "" || !strings.HasPrefix(p.Meaning, "parameter.") {
			t.Errorf("%+v", p)
		}
	}
	// The listed values are those of the configuration.
	changed := DefaultConfig(enginetest.World{})
	changed.Detect.Needed = 99
	for _, p := range Parameters(changed) {
		if p.Name == "open.evidence" && p.Value != 99 {
			t.Errorf("got %v, want 99", p.Value)
		}
	}
}
