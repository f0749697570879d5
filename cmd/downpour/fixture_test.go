package main

import (
	"testing"

	"github.com/open-downpour/downpour/pkg/cell"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
)

func testGeography(t testing.TB) *cell.Geography {
	t.Helper()
	geography, err := cell.Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	return geography
}
