package frontend

import (
	"context"
	"net/netip"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Intake takes reports and takes them back. An error that the sender can act
// on is an *outage.Error whose Field is the name of a field of the form.
type Intake interface {
	// Take counts a submission, or says with the receipt that its sender
	// already counted. The key may be empty; a key seen before gives the first
	// receipt again.
	Take(ctx context.Context, client outage.Client, report outage.Submission, idempotencyKey string) (outage.Receipt, error)
	// Undo takes back the report with this id, given the token of its receipt.
	Undo(ctx context.Context, from netip.Addr, id, token string) error
}

// Readings answers what pages show. Service "" means all services together,
// country "" both countries, region "" the whole country. It answers from
// memory or from a nearby store; a page leaves out what fails.
type Readings interface {
	Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (outage.Heatmap, error)
	// Series has points of step minutes.
	Series(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span, step int) (outage.Series, error)
	Symptoms(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span) (outage.Symptoms, error)
	Health(ctx context.Context, service string, country outage.Country) (outage.Health, error)
	// Regions has the regions whose counts may be shown.
	Regions(ctx context.Context, service string, country outage.Country, span outage.Span) ([]outage.RegionCount, error)
}

// Incidents is the book of incidents. It answers from memory.
type Incidents interface {
	// Incidents lists the latest opened first, from behind a cursor, which is ""
	// for the start; next is "" after the last.
	Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []outage.Record, next string, err error)
	// Incident has an *outage.Error with CodeNotFound for an unknown id.
	Incident(ctx context.Context, id string) (outage.Record, error)
}

// Services is the catalogue of what people can report about.
type Services interface {
	Services() []outage.Service
	Service(slug string) (outage.Service, bool)
	// Family lists the services that tend to break together, none for "".
	Family(slug string) []outage.Service
	// Search finds services by any of their names in any script, best first.
	Search(q string) []outage.Service
	// CategoryNames are the names of a category by language tag.
	CategoryNames(slug string) map[string]string
}

// Shapes gives maps their geometry and regions their names.
type Shapes interface {
	// Boundary is the open ring of a cell's corners.
	Boundary(cell outage.Cell) []outage.LatLng
	// Land lists the cells that cover a country.
	Land(country outage.Country, resolution int) []outage.Cell
	// RegionName is the region's name in a language, in English where there is
	// none.
	RegionName(region outage.Region, lang string) string
	RegionOf(cell outage.Cell) outage.Region
}
