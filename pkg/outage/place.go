package outage

// PlaceKind is what sort of name a place goes by.
type PlaceKind string

// The kinds of named places, from the largest to the smallest. The kinds of postal codes
// are those of the countries, and their data names them.
const (
	PlaceCountry  PlaceKind = "country"
	PlaceRegion   PlaceKind = "region"
	PlaceCounty   PlaceKind = "county"
	PlaceDistrict PlaceKind = "district"
	PlaceCity     PlaceKind = "city"
	PlaceLocality PlaceKind = "locality"
)

// Place is what a name stands for, as exactly as it is known: a cell, only a district,
// only a region, or only a country. Its own region and district are the ones that count,
// also where the cell lies in a neighbour by the tables of cells.
type Place struct {
	Name     string    `json:"name"`
	Kind     PlaceKind `json:"kind"`
	Country  Country   `json:"country"`
	Region   Region    `json:"region,omitempty"`
	District District  `json:"district,omitempty"`
	Cell     Cell      `json:"cell,omitempty"`
}

// Suggestions is how many places are suggested at most where a text is not understood.
const Suggestions = 3

// Resolution is what a text stands for that names a place.
type Resolution struct {
	// Place is what the text says for certain. Where it is not understood that is what
	// all candidates have in common; its country is empty where not even that is known.
	Place Place
	// Understood says that the text names Place and nothing else.
	Understood bool
	// Candidates are places that may be meant by a text that is not understood, the
	// likeliest first, at most Suggestions. Their names are understood.
	Candidates []Place
}

// City is a built-up area from which simulated reports come.
type City struct {
	Name     string
	At       LatLng
	Millions float64 // of people
}

// Town is a town or city by which people find their way on a map.
type Town struct {
	Name       string            // in English
	Names      map[string]string // by language tag, where they differ
	Cell       Cell              // of CellFine
	Population int
}

// NameIn is the name of the town in a language.
func (t Town) NameIn(lang string) string {
	if name := t.Names[lang]; name != "" {
		return name
	}
	return t.Name
}
