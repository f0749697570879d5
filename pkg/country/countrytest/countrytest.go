// Package countrytest is for tests: importing it makes the default countries the
// covered ones, as the command does at its start.
//
// It gives tests the codes of those countries and their packs. No program imports it.
package countrytest

import (
	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The countries of the default set.
const (
	GB outage.Country = "GB"
	IN outage.Country = "IN"
)

// The kinds of their postal codes.
const (
	Outcode outage.PlaceKind = "outcode"
	PIN     outage.PlaceKind = "pin"
)

// Packs are the packs of the default set.
var Packs = packs()

func packs() country.Set {
	set, err := country.Default()
	if err != nil {
		panic(err) // the packs are part of the program
	}
	set.Register()
	return set
}

// Crowds are where simulated reports of a country come from.
func Crowds(code outage.Country) []outage.City {
	crowds, err := Packs.Get(code).Crowds()
	if err != nil {
		panic(err)
	}
	return crowds
}
