package frontend

import (
	"testing"

	"github.com/open-downpour/downpour/pkg/locale"
)

func TestEveryErrorHasAHeading(t *testing.T) {
	english := locale.New(locale.Default, "")
	for code := range statuses {
		if !english.Has("problem." + string(code)) {
			t.Errorf("no heading for errors with code %s", code)
		}
	}
}
