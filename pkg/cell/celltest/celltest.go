// Package celltest is for tests: it gives them the geography of the default countries,
// read once in a process. No program imports it.
package celltest

import (
	"sync"
	"testing"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
)

var load = sync.OnceValues(func() (*cell.Geography, error) { return cell.Load(countrytest.Packs) })

// Geography is the geography of the default countries. It is shared by all tests of a
// process, and never changes.
func Geography(t testing.TB) *cell.Geography {
	t.Helper()
	geography, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return geography
}
