package outage

// PlaceKind is what sort of name a place goes by.
type PlaceKind string

// The kinds of place.
const (
	PlaceOutcode PlaceKind = "outcode" // a UK postcode district, SW1A
	PlacePIN     PlaceKind = "pin"     // an Indian PIN code, 700001
	PlaceCity    PlaceKind = "city"
)

// Place is a name that stands for a cell.
type Place struct {
	Name    string
	Kind    PlaceKind
	Country Country
	Region  Region
	Cell    Cell
}
