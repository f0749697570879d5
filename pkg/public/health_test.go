package public

import (
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestReportsRiseBeforeItIsProven(t *testing.T) {
	for _, test := range []struct {
		status   outage.Status
		observed int64
		expected float64
		want     bool
	}{
		{outage.StatusNormal, 250, 3, true}, {outage.StatusUnknown, 10, 1, true}, {outage.StatusNormal, 9, 1, false},
		{outage.StatusNormal, 29, 10, false}, {outage.StatusOutage, 250, 3, false}, {outage.StatusNormal, 250, 0, true},
	} {
		if got := (Health{Status: test.status, Observed: test.observed, Expected: &test.expected}).Rising(); got != test.want {
			t.Errorf("%+v: rising is %t", test, got)
		}
	}
}
