package main

import (
	"testing"

	"github.com/open-downpour/downpour/pkg/cell"
)

func testGeography(t testing.TB) *cell.Geography {
	t.Helper()
	geography, err := cell.Load()
	if err != nil {
		t.Fatal(err)
	}
	return geography
}
