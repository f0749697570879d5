package engine

import (
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestTraining(t *testing.T) {
	for _, c := range []struct{ known, want outage.Minute }{
		{60 * day, 28 * day}, {28*day + 1, 28 * day}, {28 * day, 14 * day}, {14 * day, 7 * day}, {4 * day, 3 * day}, {day, 3 * day},
	} {
		if got := Training(c.known, 28*day); got != c.want {
			t.Errorf("of %d days %d minutes train, want %d", c.known/day, got, c.want)
		}
	}
}
