package place

import (
	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// city is a city of the tables.
type city struct {
	name       string
	country    outage.Country
	cell       outage.Cell
	population int
}

// alias is a further name of a city in a country.
type alias struct {
	country outage.Country
	country.Alias
}
