package outage

// PlaceKind is what sort of name a place goes by.
type PlaceKind string

// PlaceCity is a town or city. The kinds of postal codes are those of the countries,
// and their data names them.
const PlaceCity PlaceKind = "city"

// Place is a name that stands for a cell. Its own region and district are the ones
// that count, also where the cell lies in a neighbour by the tables of cells. A
// place without a cell is the country only.
type Place struct {
	Name     string
	Kind     PlaceKind
	Country  Country
	Region   Region
	District District
	Cell     Cell
}

// City is a built-up area from which simulated reports come.
type City struct {
	Name     string
	At       LatLng
	Millions float64 // of people
}
